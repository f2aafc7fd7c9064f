import { secondsBetween } from '../clock.ts';
import type { FailureKind } from './failure.ts';
import type { Breaker, Memory } from './memory.ts';
import type { FallbackGroup } from './pool.ts';

/** A group that could not launch is left alone for 3 minutes, doubling to 30 while it goes on failing. A launch forgets it. */
export function updateBreakers(
  breakers: Memory['breakers'],
  groups: readonly FallbackGroup[],
  now: Date,
): Memory['breakers'] {
  const updated: Record<string, Breaker> = {};
  for (const group of groups) {
    const breaker = updateBreaker(breakers[group.name], group, now);
    if (breaker) updated[group.name] = breaker;
  }
  return updated;
}

/** True while the group must not be asked. */
export function isOpen(breaker: Breaker | undefined, now: Date): boolean {
  return breaker !== undefined && now < breaker.openUntil;
}

/** After a launch that failed before our eyes: no activity of the group tells the next run of it. */
export function breakAfter(breaker: Breaker | undefined, kind: FailureKind, now: Date): Breaker {
  // Quota and configuration wait for a person, so asking again soon only makes noise.
  const next = breaker ? Math.min(breaker.minutes * 2, LONGEST_MINUTES) : FIRST_MINUTES;
  const minutes = kind === 'CAPACITY' ? next : LONGEST_MINUTES;
  return { failureAt: now, openUntil: new Date(now.getTime() + minutes * 60_000), minutes };
}

const FIRST_MINUTES = 3;
const LONGEST_MINUTES = 30;

function updateBreaker(breaker: Breaker | undefined, group: FallbackGroup, now: Date): Breaker | undefined {
  const { lastFailure: failure, lastLaunchAt } = group;
  if (breaker && !failure)
    return hasLaunched(breaker.failureAt) || isForgotten(breaker) ? undefined : breaker;
  if (!failure || hasLaunched(failure.at)) return undefined;
  if (breaker && breaker.failureAt >= failure.at) return breaker;
  // The group itself retries all the time: failures while the breaker is open are the same shortage, not a worse one.
  if (breaker && isOpen(breaker, now)) return { ...breaker, failureAt: failure.at };
  // A failure so old that its longest pause is over is history, as when we are deployed beside an old group.
  if (secondsBetween(failure.at, now) > LONGEST_MINUTES * 60) return breaker;
  return { ...breakAfter(breaker, failure.kind, now), failureAt: failure.at };

  function hasLaunched(since: Date): boolean {
    return lastLaunchAt !== undefined && lastLaunchAt > since;
  }

  function isForgotten({ openUntil }: Breaker): boolean {
    return secondsBetween(openUntil, now) > LONGEST_MINUTES * 60;
  }
}
