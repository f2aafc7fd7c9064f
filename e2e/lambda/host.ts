import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { peakMemory } from '../../controlplane/peak-memory.ts';

/**
 * The runtime of one Lambda execution environment: loads the bundle's handler, then answers one invocation at a time.
 * Ends with its parent. `node host.ts <folder of the bundle>`
 */
export interface Order {
  readonly event: unknown;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
}

export type Word =
  | { readonly type: 'ready'; readonly loadedInMs: number }
  | ({ readonly type: 'returned'; readonly answer: unknown } & Spent)
  | ({ readonly type: 'failed'; readonly error: string } & Spent);

interface Spent {
  /** The most that this process has held so far, Node itself included: what Lambda logs as Max Memory Used. */
  readonly peakMegabytes: number;
  /** What it has used up since it began. */
  readonly cpuMs: number;
}

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

process.once('disconnect', () => process.exit());
const began = performance.now();
const { handler }: { handler: Handler } = await import(
  pathToFileURL(join(process.argv[2] ?? '', 'index.mjs')).href
);
process.on('message', (order: Order) => void invoke(order));
say({ type: 'ready', loadedInMs: performance.now() - began });

async function invoke({ deadline, event, requestId }: Order): Promise<void> {
  const context = {
    awsRequestId: requestId,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: '$LATEST',
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  try {
    const answer = (await handler(event, context)) ?? null;
    say({ type: 'returned', answer, ...spent() });
  } catch (error) {
    say({
      type: 'failed',
      error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
      ...spent(),
    });
  }
}

function spent(): Spent {
  const { systemCPUTime, userCPUTime } = process.resourceUsage();
  return { peakMegabytes: peakMemory() / 1e6, cpuMs: (systemCPUTime + userCPUTime) / 1_000 };
}

function say(word: Word): void {
  if (process.connected) process.send?.(word);
}
