import type { KarpenterView } from '../../cluster/karpenter-port.ts';
import type { ClusterNode, Pod } from '../../cluster/objects.ts';
import type { ClusterPort } from '../../cluster/port.ts';
import { ClusterError } from '../../errors.ts';
import { instanceOf } from '../../locate/located-node.ts';
import type { InstanceId } from '../../signals/interruption.ts';

/** One cluster as its API server shows it. */
export interface ClusterView {
  readonly nodes: ReadonlyMap<InstanceId, ClusterNode>;
  /** Pods that the scheduler finds no node for. */
  readonly waiting: readonly Pod[];
  /** Pods by node name. Absent when nobody needed to know. */
  readonly pods?: ReadonlyMap<string, readonly Pod[]>;
  /** Absent where no pool is Karpenter's. */
  readonly karpenter?: KarpenterReading;
}

type KarpenterReading =
  | { readonly type: 'read'; readonly view: KarpenterView }
  /** Its nodes and the pods tell enough to go on. */
  | { readonly type: 'missing'; readonly reason: string };

export type ClusterReads = Pick<ClusterPort, 'getScale' | 'listNodes' | 'listPods' | 'readKarpenter'>;

export interface Needs {
  readonly karpenter: boolean;
  readonly pods: (view: ClusterView) => boolean;
}

/**
 * Nodes and waiting pods; all pods only where `needs` of what was found says so: in quiet hours nobody asks for the largest
 * list there is.
 */
export async function viewCluster(
  cluster: ClusterReads,
  needs: Needs,
  signal: AbortSignal,
): Promise<ClusterView> {
  const [nodes, waiting, karpenter] = await Promise.all([
    readNodes(cluster, signal),
    readWaiting(cluster, signal),
    needs.karpenter ? readKarpenter(cluster, signal) : undefined,
  ]);
  const view = { nodes, waiting, ...(karpenter && { karpenter }) };
  if (!needs.pods(view)) return view;
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

async function readKarpenter(cluster: ClusterReads, signal: AbortSignal): Promise<KarpenterReading> {
  try {
    return { type: 'read', view: await cluster.readKarpenter(signal) };
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return { type: 'missing', reason: error.message };
  }
}
