import type { Clock } from '../../functions/clock.ts';
import type { ReceivedMessage, SimulatedQueue } from './message-queue.ts';

/** Runs one invocation; resolves with the ids of messages that failed, rejects when the invocation died. */
export type Invoke = (messages: readonly ReceivedMessage[]) => Promise<readonly string[]>;

const BATCH_SIZE = 10;
/** How often the poller looks while an invocation runs or a message waits, in milliseconds of the clock. */
const LOOK_EVERY_MS = 2_000;

/**
 * Lambda's event source mapping: hands due messages to invocations, several at once, and deletes what did not fail.
 * Resolves when no message is left and no invocation runs, or when `stopped` aborts.
 */
export async function drainQueue(
  queue: SimulatedQueue,
  clock: Clock,
  invoke: Invoke,
  stopped: AbortSignal,
): Promise<void> {
  const running = new Set<Promise<void>>();
  while (!stopped.aborted && (running.size > 0 || queue.nextDueAt() !== undefined)) {
    const messages = queue.receive(BATCH_SIZE);
    if (messages.length > 0) {
      const invocation = settle(queue, messages, invoke).finally(() => running.delete(invocation));
      running.add(invocation);
    }
    await clock.sleep(LOOK_EVERY_MS, stopped).catch(() => undefined);
  }
}

/** One execution environment of a function: it handles one batch at a time. */
export interface Mapping {
  readonly environments: readonly Invoke[];
  readonly batchSize: number;
  /** How long a batch waits for more. */
  readonly windowSeconds: number;
}

export interface Serving {
  /** Resolves when no message is left but dead ones; rejects when `stopped` aborts. */
  drained(stopped?: AbortSignal): Promise<void>;
  /** No further batch is started; resolves when the running ones are done. */
  close(): Promise<void>;
}

/** The same for as long as it is not closed, with so many environments, and batches that wait for more. */
export function serveQueue(queue: SimulatedQueue, clock: Clock, mapping: Mapping): Serving {
  const closed = new AbortController();
  const workers = mapping.environments.map((invoke) => serve(queue, clock, mapping, invoke, closed.signal));
  return {
    drained: async (stopped) => {
      while (queue.nextDueAt() !== undefined && !closed.signal.aborted) await clock.sleep(POLL_MS, stopped);
    },
    close: async () => {
      closed.abort();
      await Promise.all(workers);
    },
  };
}

const POLL_MS = 250;

async function serve(
  queue: SimulatedQueue,
  clock: Clock,
  { batchSize, windowSeconds }: Mapping,
  invoke: Invoke,
  closed: AbortSignal,
): Promise<void> {
  const rest = (milliseconds: number) => clock.sleep(milliseconds, closed).catch(() => undefined);
  while (!closed.aborted) {
    const dueAt = queue.nextDueAt();
    if (dueAt === undefined || dueAt > clock.now()) {
      await rest(POLL_MS);
      continue;
    }
    await rest(windowSeconds * 1_000);
    const messages = queue.receive(batchSize);
    if (messages.length > 0) await settle(queue, messages, invoke);
  }
}

/** A message of an invocation that died stays hidden until its visibility timeout. */
async function settle(
  queue: SimulatedQueue,
  messages: readonly ReceivedMessage[],
  invoke: Invoke,
): Promise<void> {
  try {
    const failed = new Set(await invoke(messages));
    for (const { messageId } of messages) if (!failed.has(messageId)) queue.delete(messageId);
  } catch {
    // As on AWS, nobody is told but the logs.
  }
}
