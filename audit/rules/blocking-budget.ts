import { budgetsOf, whyBlocking } from '../facts/budgets.ts';
import { perWorkload } from '../rule.ts';

export const blockingBudget = perWorkload(
  {
    id: 'blocking-budget',
    severity: 'error',
    verdict: 'change',
    title: 'a disruption budget that blocks every drain',
    explanation:
      'A budget that allows no eviction while all pods are well holds every drain until the last moment of the notice; the ' +
      'pod is then deleted past it, with what little grace is left, and its replacement starts too late. The same with ' +
      'maxUnavailable over pods of a Job, whose number Kubernetes cannot know. The patch lets a quarter of a service go at a ' +
      'time, and all of a job, which saves by the checkpoint protocol instead.',
    needs: ['poddisruptionbudgets'],
  },
  (workload, fleet) => {
    for (const budgeted of budgetsOf(workload, fleet)) {
      const why = whyBlocking(budgeted, fleet);
      if (why === undefined) continue;
      const isJob = workload.runs === 'training' || workload.runs === 'job';
      const spec = isJob
        ? { maxUnavailable: null, minAvailable: 0 }
        : { minAvailable: null, maxUnavailable: '25%' };
      return {
        why: `its budget ${budgeted.ref.name} blocks: ${why}`,
        patch: { type: 'patch', target: budgeted.ref, as: 'strategic', body: { spec } },
      };
    }
    return undefined;
  },
);
