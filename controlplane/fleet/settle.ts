import { setTimeout as sleep } from 'node:timers/promises';
import {
  AppsV1Api,
  BatchV1Api,
  CoreV1Api,
  type KubeConfig,
  PolicyV1Api,
  type V1Node,
  type V1PodDisruptionBudget,
} from '@kubernetes/client-node';
import { BARE_LABEL } from './workloads.ts';

export interface SettleOptions {
  /** How many nodes the cluster has, so that every DaemonSet has one pod on each. */
  readonly nodes: number;
  readonly onProgress?: (progress: SettleProgress) => void;
  /** @default 300 */
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

export interface SettleProgress {
  /** Nodes that pods can be scheduled to. */
  readonly nodesReady: number;
  readonly running: number;
  readonly wanted: number;
  /** Budgets that have not yet counted their pods as healthy. */
  readonly budgetsPending: number;
}

const LOOK_AGAIN_MS = 400;

/**
 * Waits until every node is ready, every pod that the workloads want runs and every budget has counted its pods as
 * healthy.
 *
 * @throws Error that says what was missing when the time was up.
 */
export async function settle(admin: KubeConfig, options: SettleOptions): Promise<void> {
  const { onProgress, signal, timeoutSeconds = 300 } = options;
  const look = openLook(admin, options.nodes);
  for (const until = Date.now() + timeoutSeconds * 1000; ; ) {
    const progress = await look();
    onProgress?.(progress);
    const { budgetsPending, nodesReady, running, wanted } = progress;
    if (nodesReady === options.nodes && running === wanted && budgetsPending === 0) return;
    if (Date.now() > until) {
      throw new Error(
        `The fleet did not settle within ${timeoutSeconds} s: ${nodesReady} of ${options.nodes} nodes are ready, ` +
          `${running} of ${wanted} pods run, ${budgetsPending} budgets do not count their pods as healthy.`,
      );
    }
    await sleep(LOOK_AGAIN_MS, undefined, { ...(signal && { signal }) });
  }
}

/** The controllers' own counts: a few small objects, however many pods there are. */
function openLook(admin: KubeConfig, nodes: number): () => Promise<SettleProgress> {
  const [apps, batch] = [admin.makeApiClient(AppsV1Api), admin.makeApiClient(BatchV1Api)];
  const [core, policy] = [admin.makeApiClient(CoreV1Api), admin.makeApiClient(PolicyV1Api)];
  const countReady = async () => {
    const { items } = await core.listNode();
    return items.filter(isSchedulable).length;
  };
  let nodesReady = 0;
  return async () => {
    // They stay ready: kwok's kubelets have no bad days.
    if (nodesReady < nodes) nodesReady = await countReady();
    const [deployments, daemonSets, statefulSets, jobs, barePods, budgets] = await Promise.all([
      apps.listDeploymentForAllNamespaces(),
      apps.listDaemonSetForAllNamespaces(),
      apps.listStatefulSetForAllNamespaces(),
      batch.listJobForAllNamespaces(),
      core.listPodForAllNamespaces({ labelSelector: BARE_LABEL }),
      policy.listPodDisruptionBudgetForAllNamespaces(),
    ]);
    const counts = [
      ...deployments.items.map(({ spec, status }) => [status?.readyReplicas, spec?.replicas]),
      ...statefulSets.items.map(({ spec, status }) => [status?.readyReplicas, spec?.replicas]),
      ...daemonSets.items.map(({ status }) => [status?.numberReady, nodes]),
      ...jobs.items.map(({ spec, status }) => [status?.ready, spec?.parallelism]),
      ...barePods.items.map(({ status }) => [status?.phase === 'Running' ? 1 : 0, 1]),
    ];
    return {
      nodesReady,
      running: counts.reduce((sum, [running = 0]) => sum + running, 0),
      wanted: counts.reduce((sum, [, wanted = 1]) => sum + wanted, 0),
      budgetsPending: budgets.items.filter((each) => !isHealthy(each)).length,
    };
  };
}

/**
 * Ready, and rid of the taint that each node comes with until the node lifecycle controller has seen that: before,
 * critical pods would push others off the nodes that are there.
 */
function isSchedulable({ spec, status }: V1Node): boolean {
  const ready = status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True');
  return ready === true && !spec?.taints?.some(({ key }) => key.startsWith('node.kubernetes.io/'));
}

function isHealthy({ metadata, status }: V1PodDisruptionBudget): boolean {
  if (!status || status.observedGeneration !== metadata?.generation) return false;
  const { currentHealthy = 0, expectedPods = 0 } = status;
  return expectedPods > 0 && currentHealthy >= expectedPods;
}
