import type { DrainRun } from './drain-run.ts';
import { isOpen, type PodRecord } from './pod-record.ts';

/** The kubelet needs a moment to report a pod gone. */
const OVERDUE_MS = 3_000;
/**
 * Longer than a pod with the usual 30 s of grace is silent when all is well, so that a healthy drain lists once.
 * The server itself says something only once a minute, which in a two-minute notice is too late.
 */
const SILENCE_MS = 40_000;
/** The last list must be back before the end. */
const LAST_LOOK_MS = 3_000;
const FRESH_MS = 10_000;

/**
 * Why the watch, last heard at `heardAt`, may have died without a word: a pod should have gone by now, nothing was
 * heard for too long, or the end is near and the report should not rest on old news. Pure.
 */
export function doubtWatch(
  { endsAt, records }: Pick<DrainRun, 'endsAt' | 'records'>,
  heardAt: Date,
  now: Date,
): string | undefined {
  const open = [...records.values()].filter(isOpen);
  if (open.length === 0) return undefined;
  const silentSince = heardAt.getTime();
  const due = (moment: number) => silentSince < moment && moment <= now.getTime();
  if (open.some((record) => due(goneBy(record) + OVERDUE_MS))) return 'a pod should have gone by now';
  if (due(silentSince + SILENCE_MS)) return `nothing was heard for ${SILENCE_MS / 1000} s`;
  const nearTheEnd = endsAt.getTime() - LAST_LOOK_MS;
  return due(nearTheEnd) && silentSince < endsAt.getTime() - FRESH_MS ? 'the end is near' : undefined;
}

/** When the grace of a stopping pod is over, in epoch milliseconds. */
function goneBy({ acceptedAt, decision, gracePeriodSeconds, stoppingAt }: PodRecord): number {
  if (decision.action === 'await') return decision.pod.deletionTimestamp?.getTime() ?? Infinity;
  const from = acceptedAt ?? stoppingAt;
  return from ? from.getTime() + (gracePeriodSeconds ?? decision.pod.gracePeriodSeconds) * 1000 : Infinity;
}
