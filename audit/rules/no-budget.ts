import { budgetsOf } from '../facts/budgets.ts';
import { isRunningService } from '../facts/replicas.ts';
import { perWorkload } from '../rule.ts';

export const noBudget = perWorkload(
  {
    id: 'no-budget',
    severity: 'warning',
    verdict: 'change',
    title: 'a service without a disruption budget',
    explanation:
      'Spot takes several nodes at once. Without a PodDisruptionBudget their drains may evict every replica in the same ' +
      'second; with one, evictions wait for replacements as long as the notice allows. The patch allows a quarter at a ' +
      'time, rounded up, so it never blocks every drain.',
    needs: ['poddisruptionbudgets'],
  },
  (workload, fleet) => {
    const { selector } = workload;
    if (!isRunningService(workload) || !selector || budgetsOf(workload, fleet).length > 0) return undefined;
    const { name, namespace } = workload.ref;
    return {
      why: 'no disruption budget covers its pods: nodes that go together may take all of them at once',
      patch: {
        type: 'create',
        object: {
          apiVersion: 'policy/v1',
          kind: 'PodDisruptionBudget',
          metadata: { name, namespace },
          spec: { maxUnavailable: '25%', unhealthyPodEvictionPolicy: 'AlwaysAllow', selector },
        },
      },
    };
  },
);
