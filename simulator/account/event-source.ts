import type { Clock } from '../../functions/clock.ts';
import type { ReceivedMessage, SimulatedQueue } from './state.ts';

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
