import type { RespondDeps, RespondOptions } from './deps.ts';
import type { InterruptionReport } from './report.ts';
import { type Response, respond } from './respond.ts';

/** How often a joined event looks whether the run it joined is still alive. */
const LOOK_AGAIN_MS = 10_000;

/**
 * A notice without a deadline (a state change, a hook) is followed for as long as a spot notice, and so is a soft
 * one: longer drains leave word for their own successor.
 */
const FOLLOWED_MS = 120_000;

/** Then the run that it has joined is over, or its lease is dead. */
const LOOK_LATER_MS = 30_000;

/** With less left of the invocation there would be no time to take over. */
const KEPT_FOR_A_TAKEOVER_MS = 120_000;

/**
 * Responds as the second target of a rule does: where another run holds the instance, stays and looks again until
 * that run has closed its incident, or has died and can be taken over. A redelivery by the queue would come too
 * late: its visibility timeout must be as long as the function's. Where that run is still not over, word is left to look
 * once more, so that somebody tells how it ended even if it dies now.
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
    const isOver = deps.timeLeftMs() < KEPT_FOR_A_TAKEOVER_MS;
    if (answer.type === 'ignored') return answer;
    if (isOver || !isWorthFollowing(answer.reports, deps.clock.now()))
      return { ...answer, reports: await leaveWord(answer.reports, deps) };
    await deps.clock.sleep(LOOK_AGAIN_MS, options.signal);
  }
}

function isWorthFollowing(reports: readonly InterruptionReport[], now: Date): boolean {
  return reports.some(({ interruption, outcome }) => {
    if (outcome.type !== 'joined') return false;
    const { deadline, noticedAt, severity } = interruption;
    const shortly = new Date(noticedAt.getTime() + FOLLOWED_MS);
    return now < (severity === 'hard' && deadline ? deadline : shortly);
  });
}

/** Also of a notice that joined another's incident: when that is over, its own hook waits for an answer, or its own date is to be heard of. */
async function leaveWord(
  reports: readonly InterruptionReport[],
  { clock, continuations }: RespondDeps,
): Promise<readonly InterruptionReport[]> {
  return Promise.all(
    reports.map(async (report) => {
      const { interruption, outcome } = report;
      if (outcome.type !== 'joined') return report;
      const dueAt = new Date(clock.now().getTime() + LOOK_LATER_MS);
      const left = await continuations.leave({ interruption, dueAt });
      return left.type === 'queued' ? report : { ...report, isUntold: true };
    }),
  );
}
