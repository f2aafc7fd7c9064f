import type { InterruptionReport } from './report.ts';

/** Visibility timeout of the delayed queue: how often a joined event looks whether its run is still alive. */
export const REDELIVERY_SECONDS = 10;

/** A notice without a deadline (a state change, a hook) is followed for as long as a spot notice. */
const FOLLOWED_MS = 120_000;

/**
 * Whether an event should be delivered again: another run holds its instance, and that run could still die while
 * there is time to take over. A run that closed its incident answers `already-handled`, which ends this.
 */
export function comesAgain(reports: readonly InterruptionReport[], now: Date): boolean {
  return reports.some(({ interruption, outcome }) => {
    if (outcome.type !== 'joined') return false;
    const until = interruption.deadline ?? new Date(interruption.noticedAt.getTime() + FOLLOWED_MS);
    return now < until;
  });
}
