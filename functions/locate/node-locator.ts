import type { ClusterPort } from '../cluster/port.ts';
import type { InstanceId } from '../signals/interruption.ts';
import type { Location, Locator } from './located.ts';
import { instanceOf, locatedFromNode } from './located-node.ts';

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
    if (instanceOf(node) !== instanceId) continue;
    const instance = locatedFromNode(node, cluster.name, region);
    if (instance) return { type: 'located', instance };
  }
  return {
    type: 'not-ours',
    reason: `no node of cluster ${cluster.name} has ${instanceId} in its spec.providerID`,
  };
}

/** Only Karpenter tells a node's reservation, by a label; instances of other owners are not found this way. */
async function instancesOfReservation(
  cluster: NodeList,
  reservationId: string,
): Promise<readonly InstanceId[]> {
  const found: InstanceId[] = [];
  for await (const node of cluster.listNodes()) {
    if (node.labels['karpenter.k8s.aws/capacity-reservation-id'] !== reservationId) continue;
    const instanceId = instanceOf(node);
    if (instanceId) found.push(instanceId);
  }
  return found;
}
