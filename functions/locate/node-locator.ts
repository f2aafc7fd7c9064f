import type { ClusterNode, ClusterPort } from '../cluster/port.ts';
import { asInstanceId, type InstanceId } from '../signals/interruption.ts';
import type { Location, Locator, NodeOwner } from './located.ts';

/**
 * Finds the node in one known cluster, without AWS: for a run with a kubeconfig.
 * Costs a list of the nodes for each look-up. Throws what `cluster.listNodes` throws.
 */
export function nodeLocator(cluster: NodeList, region: string): Locator {
  return {
    locate: (instanceId) => locate(cluster, region, instanceId),
    instancesOfReservation: (reservationId) => instancesOfReservation(cluster, reservationId),
  };
}

/** The part of the port that the locator uses. */
type NodeList = Pick<ClusterPort, 'name' | 'listNodes'>;

async function locate(cluster: NodeList, region: string, instanceId: InstanceId): Promise<Location> {
  for await (const node of cluster.listNodes()) {
    if (!node.providerId.endsWith(`/${instanceId}`)) continue;
    const instanceType = node.labels['node.kubernetes.io/instance-type'];
    const zone = node.labels['topology.kubernetes.io/zone'];
    return {
      type: 'located',
      instance: {
        instanceId,
        clusterName: cluster.name,
        owner: ownerFromLabels(node.labels),
        nodeNameHint: node.name,
        region: node.labels['topology.kubernetes.io/region'] ?? region,
        ...(instanceType === undefined ? {} : { instanceType }),
        ...(zone === undefined ? {} : { zone }),
      },
    };
  }
  return {
    type: 'not-ours',
    reason: `no node of cluster ${cluster.name} has ${instanceId} in its spec.providerID`,
  };
}

/** Auto Mode first: its nodes carry Karpenter's label too. */
function ownerFromLabels(labels: ClusterNode['labels']): NodeOwner {
  const nodePool = labels['karpenter.sh/nodepool'];
  if (labels['eks.amazonaws.com/compute-type'] === 'auto')
    return { type: 'auto-mode', nodePool: nodePool ?? 'unnamed' };
  if (nodePool !== undefined) return { type: 'karpenter', nodePool };
  const nodeGroup = labels['eks.amazonaws.com/nodegroup'];
  if (nodeGroup !== undefined) return { type: 'managed-node-group', nodeGroup };
  return { type: 'unknown' };
}

/** Only Karpenter tells a node's reservation, by a label; instances of other owners are not found this way. */
async function instancesOfReservation(
  cluster: NodeList,
  reservationId: string,
): Promise<readonly InstanceId[]> {
  const found: InstanceId[] = [];
  for await (const node of cluster.listNodes()) {
    if (node.labels['karpenter.k8s.aws/capacity-reservation-id'] !== reservationId) continue;
    const instanceId = asInstanceId(node.providerId.split('/').at(-1) ?? '');
    if (instanceId !== undefined) found.push(instanceId);
  }
  return found;
}
