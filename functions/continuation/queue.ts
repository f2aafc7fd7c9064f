import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Clock } from '../clock.ts';
import { type Continuation, encodeContinuation } from './continuation.ts';

type QueueAnswer =
  | { readonly type: 'queued' }
  /** Nobody will go on: people must hear of it. */
  | { readonly type: 'failed'; readonly reason: string };

/** Where continuations wait for their time. */
export interface Continuations {
  /** Never throws. It may arrive more than once, and a little late. */
  leave(continuation: Continuation): Promise<QueueAnswer>;
}

export interface QueueDeps {
  /** Called once, when the first continuation is left: most invocations leave none. */
  readonly sqs: () => Promise<SQSClient>;
  readonly queueUrl: string;
  readonly clock: Clock;
  /** Wall time after which sending is given up. @default 5000 */
  readonly timeoutMilliseconds?: number;
}

/** SQS delays a message by no more; one that is due later goes round, and is left again. */
const LONGEST_DELAY_SECONDS = 900;

/** Continuations in our own queue, which the responder reads like any other. */
export function continuationQueue(deps: QueueDeps): Continuations {
  let client: Promise<SQSClient> | undefined;
  const sqs = () => {
    client ??= deps.sqs();
    return client;
  };
  return {
    leave: async (continuation) => {
      try {
        await send({ ...deps, sqs }, continuation);
        return { type: 'queued' };
      } catch (error) {
        const problem = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        return { type: 'failed', reason: `sqs:SendMessage to ${deps.queueUrl}: ${problem}` };
      }
    },
  };
}

async function send(
  { clock, queueUrl, sqs, timeoutMilliseconds = 5_000 }: QueueDeps,
  continuation: Continuation,
): Promise<void> {
  const { SendMessageCommand } = await import('@aws-sdk/client-sqs');
  const client = await sqs();
  const seconds = Math.ceil((continuation.dueAt.getTime() - clock.now().getTime()) / 1000);
  const command = new SendMessageCommand({
    QueueUrl: queueUrl,
    MessageBody: encodeContinuation(continuation),
    DelaySeconds: Math.min(LONGEST_DELAY_SECONDS, Math.max(0, seconds)),
  });
  const timeout = AbortSignal.timeout(timeoutMilliseconds);
  await Promise.race([
    client.send(command, { abortSignal: timeout }),
    abortion(timeout, timeoutMilliseconds),
  ]);
}

/** The client does not watch the signal while it waits between retries or for credentials. */
function abortion(signal: AbortSignal, milliseconds: number): Promise<never> {
  return new Promise((_, reject) => {
    const late = () => reject(new Error(`no answer within ${milliseconds / 1000} s`));
    signal.addEventListener('abort', late, { once: true });
  });
}
