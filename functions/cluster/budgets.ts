import { type Api, persist, READ_TIMEOUT_MS, unwrap, via } from './api.ts';
import type { Operation } from './faults.ts';
import type { Budget } from './objects.ts';
import { selects } from './selector.ts';

const operation: Operation = {
  verb: 'list',
  resource: 'poddisruptionbudgets',
  apiGroup: 'policy',
  object: 'all namespaces',
};

export async function listBudgets(api: Api, signal?: AbortSignal): Promise<readonly Budget[]> {
  const options = via(api, { timeoutMs: READ_TIMEOUT_MS, signal });
  const call = () => api.policy.listPodDisruptionBudgetForAllNamespaces({}, options);
  const answer = await persist(api, operation, call, signal);
  return unwrap(api, operation, answer).items.map(({ metadata, spec, status }) => {
    const namespace = metadata?.namespace ?? '';
    return {
      namespace,
      name: metadata?.name ?? '',
      disruptionsAllowed: status?.disruptionsAllowed ?? 0,
      letGo: new Map(
        Object.entries(status?.disruptedPods ?? {}).map(([pod, at]) => [pod, new Date(at)] as const),
      ),
      covers: (pod) => pod.namespace === namespace && selects(spec?.selector, pod.labels),
    };
  });
}
