import { type Api, persist, unwrap } from './api.ts';
import type { Operation } from './faults.ts';
import type { Budget } from './port.ts';
import { selects } from './selector.ts';

const operation: Operation = {
  verb: 'list',
  resource: 'poddisruptionbudgets',
  apiGroup: 'policy',
  object: 'all namespaces',
};

export async function listBudgets(api: Api): Promise<readonly Budget[]> {
  const answer = await persist(api, operation, () => api.policy.listPodDisruptionBudgetForAllNamespaces());
  return unwrap(api, operation, answer).items.map(({ metadata, spec, status }) => {
    const namespace = metadata?.namespace ?? '';
    return {
      namespace,
      name: metadata?.name ?? '',
      disruptionsAllowed: status?.disruptionsAllowed ?? 0,
      covers: (pod) => pod.namespace === namespace && selects(spec?.selector, pod.labels),
    };
  });
}
