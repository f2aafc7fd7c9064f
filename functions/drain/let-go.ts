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
  { request }: DrainRun,
  { decision: { pod } }: PodRecord,
  signal: AbortSignal,
): Promise<boolean> {
  const { createdAt } = pod;
  if (!createdAt) return false;
  try {
    const budgets = await request.budgets.readAgain(signal);
    return budgets.some((budget) => budget.covers(pod) && isLater(budget.letGo.get(pod.name), createdAt));
  } catch (error) {
    if (error instanceof ClusterError) return false;
    throw error;
  }
}

/**
 * A charge is by name: one that is not later than the pod was for a predecessor, as StatefulSets make them. Both times are
 * the API server's, in whole seconds.
 */
function isLater(chargedAt: Date | undefined, createdAt: Date): boolean {
  return chargedAt !== undefined && chargedAt > createdAt;
}
