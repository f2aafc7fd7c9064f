import type { Severity } from '../signals/interruption.ts';

/**
 * The arithmetic of a hard deadline. For a spot notice (T+0, deadline T+120) and a pod with 30 s of grace:
 *
 *     T+0           T+90                 T+118   T+120
 *     evict, retry  │ delete past budget │       │ instance gone
 *                   └─ reserve: 30 s ────┼───────┤
 *                      grace at most 28 s        margin: 2 s
 *
 * Soft signals, and hard ones whose end nobody knows, have neither: pods keep their own grace and no budget is
 * ever overridden.
 */
export interface Timeline {
  /** Seconds to send with an eviction at `now`; `undefined` leaves the pod its own grace. */
  graceFor(podGraceSeconds: number, now: Date): number | undefined;
  /** From when a blocked pod is deleted past its budget; `undefined` means never. */
  overrideAt(podGraceSeconds: number): Date | undefined;
}

/** Kept between the end of the grace and the deadline, for the kubelet to report the pod gone. */
const MARGIN_SECONDS = 2;
/** The API server reads 0 as "kill at once, do not wait for the kubelet"; no pod deserves that. */
const SHORTEST_GRACE_SECONDS = 1;
/** Even a pod with 1 s of grace needs its override sent, and sent again, before the end. */
const SHORTEST_RESERVE_SECONDS = 15;
/** Of a 120 s notice, waiting for the budget gets at least 90 s: long graces are cut rather than budgets broken. */
const LONGEST_RESERVE_SECONDS = 30;

export function timeline(deadline: Date | undefined, severity: Severity): Timeline {
  if (!deadline || severity === 'soft') return { graceFor: () => undefined, overrideAt: () => undefined };
  return {
    graceFor: (podGraceSeconds, now) => {
      const left = Math.floor((deadline.getTime() - now.getTime()) / 1000);
      return Math.max(SHORTEST_GRACE_SECONDS, Math.min(podGraceSeconds, left - MARGIN_SECONDS));
    },
    overrideAt: (podGraceSeconds) => new Date(deadline.getTime() - reserveSeconds(podGraceSeconds) * 1000),
  };
}

/** A pod's own grace where it fits: the longest wait for the budget that costs the pod nothing. */
function reserveSeconds(podGraceSeconds: number): number {
  return Math.min(LONGEST_RESERVE_SECONDS, Math.max(SHORTEST_RESERVE_SECONDS, podGraceSeconds));
}
