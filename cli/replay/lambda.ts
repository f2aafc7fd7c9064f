import type { Clock } from '../../functions/clock.ts';
import { handleDelivery, type Watch } from '../../functions/respond/delivery.ts';
import type { RespondDeps } from '../../functions/respond/deps.ts';
import type { InterruptionReport } from '../../functions/respond/report.ts';
import { drainQueue } from '../../simulator/account/event-source.ts';
import type { ReceivedMessage } from '../../simulator/account/message-queue.ts';
import type { EmbeddedWorld } from './world.ts';

/** As long as an invocation may take. */
const LAMBDA_MS = 15 * 60_000;

/** What an invocation that starts now has left of its time, in milliseconds. */
export function invocationTime(clock: Clock, timeoutMs = LAMBDA_MS): () => number {
  const startedAt = clock.now().getTime();
  return () => startedAt + timeoutMs - clock.now().getTime();
}

/** Invokes the responder for whatever it left for later, until nothing is left or `watch.signal` aborts. */
export async function runContinuations(
  { clock, queue }: Pick<EmbeddedWorld, 'clock' | 'queue'>,
  deps: RespondDeps,
  watch: Watch,
  timeoutMs = LAMBDA_MS,
): Promise<readonly InterruptionReport[]> {
  const reports: InterruptionReport[] = [];
  const invoke = async (messages: readonly ReceivedMessage[]) => {
    const records = messages.map(({ body, messageId }) => ({ messageId, body, eventSource: 'aws:sqs' }));
    const timeLeftMs = invocationTime(clock, timeoutMs);
    const delivered = await handleDelivery({ Records: records }, { ...deps, timeLeftMs }, watch);
    reports.push(...delivered.reports);
    return (delivered.answer?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  };
  await drainQueue(queue, clock, invoke, watch.signal);
  return reports;
}
