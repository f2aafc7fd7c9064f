import { ClusterError } from '../errors.ts';
import type { DrainRun } from './drain-run.ts';
import type { PodRecord } from './pod-record.ts';

/**
 * Whether a budget is in the way of a pod that it has let go already: an earlier eviction was charged to it, and its
 * request ended before the pod was deleted. Ours, where an answer was lost or a run was killed; or anybody's. The
 * server would refuse the pod, and all others of the budget, until the charge is taken back after two minutes.
 * Rejects only when `signal` aborts.
 */
export async function wasLetGo(
  { clock, request }: DrainRun,
  { decision: { pod } }: PodRecord,
  signal: AbortSignal,
): Promise<boolean> {
  const { createdAt } = pod;
  if (!createdAt) return false;
  try {
    const budgets = await request.budgets.readAgain(signal);
    const now = clock.now();
    return budgets.some(
      (budget) => budget.covers(pod) && isCharged(budget.letGo.get(pod.name), createdAt, now),
    );
  } catch (error) {
    if (error instanceof ClusterError) return false;
    throw error;
  }
}

/** The disruption controller's own timeout, less what clocks may differ by and a deletion may take. */
const CHARGED_FOR_MS = 120_000 - 20_000;

/**
 * A charge is by name: one that is not later than the pod was for a predecessor, as StatefulSets make them; both times are the
 * API server's, in whole seconds. One that is old is void: its controller has not come to take it back, but would.
 */
function isCharged(chargedAt: Date | undefined, createdAt: Date, now: Date): boolean {
  if (!chargedAt || chargedAt <= createdAt) return false;
  return now.getTime() - chargedAt.getTime() < CHARGED_FOR_MS;
}
