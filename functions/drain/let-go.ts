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
  const { startedAt } = pod;
  if (!startedAt) return false;
  try {
    const budgets = await request.budgets.readAgain(signal);
    // The charge is by name: one that is older than the pod was for a predecessor, as StatefulSets make them.
    return budgets.some((budget) => budget.covers(pod) && isSince(budget.letGo.get(pod.name), startedAt));
  } catch (error) {
    if (error instanceof ClusterError) return false;
    throw error;
  }
}

function isSince(at: Date | undefined, startedAt: Date): boolean {
  return at !== undefined && at >= startedAt;
}
