import {
  AppsV1Api,
  BatchV1Api,
  CoreV1Api,
  type KubeConfig,
  PolicyV1Api,
  type V1Pod,
} from '@kubernetes/client-node';
import { type AuditedRequest, readAuditLog } from '../../controlplane/audit.ts';

/** The cluster as an administrator sees it. */
export interface ClusterView {
  /** On these nodes, pods that a drain is to move: no DaemonSet's, no finished ones. */
  podsToMove(nodes: ReadonlySet<string>): Promise<readonly V1Pod[]>;
  /** Names of nodes that take no pods. */
  cordoned(): Promise<ReadonlySet<string>>;
  /** Running pods of a namespace, by node. */
  running(namespace: string): Promise<readonly V1Pod[]>;
  /** What the functions asked of the API server since then. */
  requestsSince(time: Date): Promise<readonly AuditedRequest[]>;
  removeNode(name: string): Promise<void>;
  /** Removes every node and what ran on them, for the next scenario. */
  clear(): Promise<void>;
}

const FUNCTIONS = 'arn:aws:sts::111122223333:assumed-role/SpotResponder/';

export function viewCluster(admin: KubeConfig, auditLog: string): ClusterView {
  const core = admin.makeApiClient(CoreV1Api);
  return {
    podsToMove: async (nodes) => {
      const [only = '', ...more] = nodes;
      // One list whatever the number of nodes: looking must not cost what is looked at.
      const { items } = await core.listPodForAllNamespaces(
        more.length === 0 ? { fieldSelector: `spec.nodeName=${only}` } : {},
      );
      return items.filter((pod) => nodes.has(pod.spec?.nodeName ?? '') && isToMove(pod));
    },
    cordoned: async () => {
      const { items } = await core.listNode();
      const cordoned = items.filter(({ spec }) => spec?.unschedulable === true);
      return new Set(cordoned.flatMap(({ metadata }) => metadata?.name ?? []));
    },
    running: async (namespace) => {
      const { items } = await core.listNamespacedPod({ namespace });
      return items.filter(
        ({ metadata, status }) => status?.phase === 'Running' && !metadata?.deletionTimestamp,
      );
    },
    requestsSince: async (time) => {
      const all = await readAuditLog(auditLog);
      return all.filter(({ receivedAt, user }) => user.startsWith(FUNCTIONS) && receivedAt >= time);
    },
    removeNode: async (name) => void (await core.deleteNode({ name })),
    clear: () => clear(admin),
  };
}

function isToMove({ metadata, status }: V1Pod): boolean {
  const isDaemon = metadata?.ownerReferences?.some(({ kind }) => kind === 'DaemonSet' || kind === 'Node');
  const isDone = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return !isDaemon && !isDone;
}

async function clear(admin: KubeConfig): Promise<void> {
  const [apps, batch] = [admin.makeApiClient(AppsV1Api), admin.makeApiClient(BatchV1Api)];
  const [core, policy] = [admin.makeApiClient(CoreV1Api), admin.makeApiClient(PolicyV1Api)];
  const namespaces = (await core.listNamespace()).items.flatMap(({ metadata }) => metadata?.name ?? []);
  const everywhere = (work: (namespace: string) => Promise<unknown>) => Promise.all(namespaces.map(work));
  await everywhere((namespace) => policy.deleteCollectionNamespacedPodDisruptionBudget({ namespace }));
  await everywhere((namespace) =>
    Promise.all([
      apps.deleteCollectionNamespacedDeployment({ namespace }),
      apps.deleteCollectionNamespacedDaemonSet({ namespace }),
      apps.deleteCollectionNamespacedReplicaSet({ namespace }),
      apps.deleteCollectionNamespacedStatefulSet({ namespace }),
      batch.deleteCollectionNamespacedJob({ namespace }),
    ]),
  );
  await everywhere((namespace) => core.deleteCollectionNamespacedPod({ namespace, gracePeriodSeconds: 0 }));
  await core.deleteCollectionNode({});
}
