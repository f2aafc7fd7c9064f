import type { CoreV1Api, PolicyV1Api, V1PodDisruptionBudgetStatus } from '@kubernetes/client-node';
import { vi } from 'vitest';
import type { Pod } from '../../functions/cluster/objects.ts';
import type { BudgetOptions } from './lab.ts';

/**
 * Gives budgets their status. An API server alone has no disruption controller, so the lab counts in its place;
 * where the real one runs, the lab waits until that has come to the same counts.
 */
export function createDisruptionController(
  { core, policy }: { readonly core: CoreV1Api; readonly policy: PolicyV1Api },
  isReal: boolean,
) {
  const budgets: BudgetOptions[] = [];
  const settleOne = async (budget: BudgetOptions) => {
    const counts = await count(core, budget);
    await (isReal ? untilCounted(policy, budget, counts) : writeStatus(policy, budget, counts));
  };
  return {
    add: async (options: BudgetOptions) => {
      const { namespace, name, observed = true, ...spec } = options;
      await policy.createNamespacedPodDisruptionBudget({ namespace, body: { metadata: { name }, spec } });
      if (!observed) return;
      budgets.push(options);
      await settleOne(options);
    },
    charge: async (name: string, pod: Pod) => {
      const { namespace } = pod;
      const { status } = await policy.readNamespacedPodDisruptionBudget({ namespace, name });
      const body = [
        { op: 'add', path: '/status/disruptedPods', value: { [pod.name]: new Date().toISOString() } },
        { op: 'add', path: '/status/disruptionsAllowed', value: (status?.disruptionsAllowed ?? 0) - 1 },
      ];
      await policy.patchNamespacedPodDisruptionBudgetStatus({ namespace, name, body });
    },
    settle: async () => void (await Promise.all(budgets.map(settleOne))),
  };
}

type Counts = Pick<
  V1PodDisruptionBudgetStatus,
  'currentHealthy' | 'desiredHealthy' | 'disruptionsAllowed' | 'expectedPods'
>;

async function count(core: CoreV1Api, { namespace, selector, minAvailable }: BudgetOptions): Promise<Counts> {
  const { items } = await core.listNamespacedPod({ namespace, labelSelector: toQuery(selector) });
  const pods = items.filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
  const currentHealthy = pods.filter(
    ({ metadata, status }) =>
      !metadata?.deletionTimestamp &&
      status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True'),
  ).length;
  return {
    currentHealthy,
    desiredHealthy: minAvailable,
    disruptionsAllowed: pods.length === 0 ? 0 : Math.max(0, currentHealthy - minAvailable),
    expectedPods: pods.length,
  };
}

function toQuery({ matchLabels = {}, matchExpressions = [] }: BudgetOptions['selector']): string {
  const equal = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const others = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
  });
  return [...equal, ...others].join(',');
}

async function writeStatus(policy: PolicyV1Api, { namespace, name }: BudgetOptions, counts: Counts) {
  const body = [{ op: 'add', path: '/status', value: { ...counts, observedGeneration: 1 } }];
  await policy.patchNamespacedPodDisruptionBudgetStatus({ namespace, name, body });
}

async function untilCounted(policy: PolicyV1Api, { namespace, name }: BudgetOptions, counts: Counts) {
  await vi.waitUntil(
    async () => {
      const { status } = await policy.readNamespacedPodDisruptionBudget({ namespace, name });
      return (
        status?.observedGeneration === 1 &&
        status.currentHealthy === counts.currentHealthy &&
        status.disruptionsAllowed === counts.disruptionsAllowed
      );
    },
    { timeout: 30_000 },
  );
}
