import { selects } from '../../functions/cluster/selector.ts';
import type { Budgeted, Fleet, Workload } from '../fleet.ts';
import { fewestPods } from './replicas.ts';

export function budgetsOf(workload: Workload, { budgets }: Pick<Fleet, 'budgets'>): readonly Budgeted[] {
  return budgets.filter((budgeted) => covers(budgeted, workload));
}

function covers({ budget, ref }: Budgeted, { ref: { namespace }, template }: Workload): boolean {
  return ref.namespace === namespace && selects(budget.selector, template.metadata?.labels ?? {});
}

/** Why a budget lets no pod go while all are well; `undefined` when one may. */
export function whyBlocking(budgeted: Budgeted, { workloads }: Pick<Fleet, 'workloads'>): string | undefined {
  const covered = workloads.filter((workload) => covers(budgeted, workload));
  const pods = covered.reduce((sum, workload) => sum + fewestPods(workload), 0);
  const { maxUnavailable, minAvailable } = budgeted.budget;
  if (pods === 0) return undefined;
  if (maxUnavailable !== undefined) {
    const job = covered.find(({ runs }) => runs === 'training' || runs === 'job');
    if (job)
      return `maxUnavailable cannot be counted for pods of a ${job.ref.kind}, so the budget never allows an eviction`;
    return share(maxUnavailable, pods) === 0
      ? `maxUnavailable ${maxUnavailable} never lets a pod go`
      : undefined;
  }
  const kept = minAvailable === undefined ? 1 : share(minAvailable, pods);
  return kept >= pods
    ? `minAvailable ${minAvailable ?? 1} of ${pods} ${pods === 1 ? 'pod' : 'pods'} never lets one go`
    : undefined;
}

/** Kubernetes rounds both percentages up. */
function share(value: number | string, pods: number): number {
  if (typeof value === 'number') return value;
  return Math.ceil((Number.parseFloat(value) / 100) * pods);
}
