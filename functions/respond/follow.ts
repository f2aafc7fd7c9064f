import type { RespondDeps, RespondOptions } from './deps.ts';
import type { InterruptionReport } from './report.ts';
import { type Response, respond } from './respond.ts';

/** How often a joined event looks whether the run it joined is still alive. */
const LOOK_AGAIN_MS = 10_000;

/** A notice without a deadline (a state change, a hook) is followed for as long as a spot notice. */
const FOLLOWED_MS = 120_000;

/**
 * Responds as the second target of a rule does: where another run holds the instance, stays and looks again until
 * that run has closed its incident, or has died and can be taken over. A redelivery by the queue would come too
 * late: its visibility timeout must be as long as the function's.
 *
 * @throws MalformedSignalError as `respond` does.
 */
export async function respondAndFollow(
  event: unknown,
  deps: RespondDeps,
  options: RespondOptions,
): Promise<Response> {
  for (;;) {
    const answer = await respond(event, deps, options);
    if (answer.type === 'ignored' || !isWorthFollowing(answer.reports, deps.clock.now())) return answer;
    await deps.clock.sleep(LOOK_AGAIN_MS, options.signal);
  }
}

function isWorthFollowing(reports: readonly InterruptionReport[], now: Date): boolean {
  return reports.some(({ interruption, outcome }) => {
    if (outcome.type !== 'joined') return false;
    return now < (interruption.deadline ?? new Date(interruption.noticedAt.getTime() + FOLLOWED_MS));
  });
}
