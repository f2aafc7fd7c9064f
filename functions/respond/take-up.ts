import type { Continuation } from '../continuation/continuation.ts';
import { AwsCallError } from '../errors.ts';
import type { RespondDeps, RespondOptions } from './deps.ts';
import { respondToInterruption } from './interruption.ts';
import type { InterruptionReport } from './report.ts';

/** How soon to look again while another run holds the instance. */
const LOOK_AGAIN_MS = 60_000;

/**
 * Does what was left for now, or puts it back until it is due: SQS delays a message by 15 minutes at most. Where
 * nothing was left to do there is nothing to report.
 *
 * @throws AwsCallError when it could not be put back; the queue then delivers it again.
 */
export async function takeUp(
  continuation: Continuation,
  deps: RespondDeps,
  options: RespondOptions,
): Promise<readonly InterruptionReport[]> {
  const { dueAt, interruption, resumes } = continuation;
  if (deps.clock.now() < dueAt) {
    await putBack(continuation, deps);
    return [];
  }
  const report = await respondToInterruption(interruption, deps, options, {
    ...(resumes && { resumes }),
  });
  switch (report.outcome.type) {
    case 'joined':
      await putBack({ ...continuation, dueAt: new Date(deps.clock.now().getTime() + LOOK_AGAIN_MS) }, deps);
      return [];
    case 'already-handled':
      return report.isUntold ? [report] : [];
    default:
      return [report];
  }
}

async function putBack(continuation: Continuation, { continuations }: RespondDeps): Promise<void> {
  const answer = await continuations.leave(continuation);
  if (answer.type === 'failed')
    throw new AwsCallError('SendMessage', 'NotQueued', `A continuation was not put back: ${answer.reason}`);
}
