import type { ClusterNode, ClusterPort, Pod } from '../../cluster/port.ts';
import { instanceOf } from '../../locate/located-node.ts';
import type { InstanceId } from '../../signals/interruption.ts';

/** One cluster as its API server shows it. */
export interface ClusterView {
  readonly nodes: ReadonlyMap<InstanceId, ClusterNode>;
  /** Pods that the scheduler finds no node for. */
  readonly waiting: readonly Pod[];
  /** Pods by node name. Absent when nobody needed to know. */
  readonly pods?: ReadonlyMap<string, readonly Pod[]>;
}

export type ClusterReads = Pick<ClusterPort, 'getScale' | 'listNodes' | 'listPods'>;

/**
 * Nodes and waiting pods; all pods only where `needsPods` of what was found: in quiet hours nobody asks for the largest list
 * there is.
 */
export async function viewCluster(
  cluster: ClusterReads,
  needsPods: (view: ClusterView) => boolean,
  signal: AbortSignal,
): Promise<ClusterView> {
  const [nodes, waiting] = await Promise.all([readNodes(cluster, signal), readWaiting(cluster, signal)]);
  const view = { nodes, waiting };
  if (!needsPods(view)) return view;
  const pods = new Map<string, Pod[]>();
  for await (const pod of cluster.listPods('all', signal)) {
    if (pod.nodeName === '') continue;
    const onNode = pods.get(pod.nodeName) ?? [];
    pods.set(pod.nodeName, onNode);
    onNode.push(pod);
  }
  return { ...view, pods };
}

async function readNodes(
  cluster: ClusterReads,
  signal: AbortSignal,
): Promise<ReadonlyMap<InstanceId, ClusterNode>> {
  const nodes = new Map<InstanceId, ClusterNode>();
  for await (const node of cluster.listNodes(signal)) {
    const instanceId = instanceOf(node);
    if (instanceId) nodes.set(instanceId, node);
  }
  return nodes;
}

async function readWaiting(cluster: ClusterReads, signal: AbortSignal): Promise<readonly Pod[]> {
  const waiting: Pod[] = [];
  for await (const pod of cluster.listPods('unbound', signal)) if (pod.waiting) waiting.push(pod);
  return waiting;
}
