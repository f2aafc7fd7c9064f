import { budgetsOf, whyBlocking } from '../facts/budgets.ts';
import { perWorkload } from '../rule.ts';

export const overlappingBudgets = perWorkload(
  {
    id: 'overlapping-budgets',
    severity: 'error',
    verdict: 'change',
    title: 'pods covered by more than one disruption budget',
    explanation:
      'The API server refuses to evict a pod that two budgets cover, whatever they allow, and answers 500 each time. The pod ' +
      'stays until it is deleted at the last moment. One budget must go; the patch deletes one that blocks, else the last.',
    needs: ['poddisruptionbudgets'],
  },
  (workload, fleet) => {
    const budgets = budgetsOf(workload, fleet);
    const surplus = budgets.find((each) => whyBlocking(each, fleet)) ?? budgets.at(-1);
    if (budgets.length < 2 || !surplus) return undefined;
    return {
      why: `its pods are covered by ${budgets.length} budgets (${budgets.map(({ ref }) => ref.name).join(', ')}), so no eviction is ever allowed`,
      patch: { type: 'delete', target: surplus.ref },
    };
  },
);
