import type { ClusterNode } from '../cluster/objects.ts';
import { asInstanceId, type InstanceId } from '../signals/interruption.ts';
import type { CapacityType, LocatedInstance } from './located.ts';
import { ownerFromLabels, POOL_KEY } from './owner.ts';

/** What a node that was read says of its instance; `undefined` for one that is no EC2 instance (Fargate, hybrid). */
export function locatedFromNode(
  node: ClusterNode,
  clusterName: string,
  region: string,
): LocatedInstance | undefined {
  const instanceId = instanceOf(node);
  if (!instanceId) return undefined;
  const instanceType = node.labels['node.kubernetes.io/instance-type'];
  const zone = node.labels['topology.kubernetes.io/zone'];
  const pool = node.labels[POOL_KEY];
  const capacity = capacityOf(node.labels);
  return {
    instanceId,
    clusterName,
    owner: ownerFromLabels(node.labels),
    region: node.labels['topology.kubernetes.io/region'] ?? region,
    nodeNameHint: node.name,
    providerId: node.providerId,
    tainted: node.taints.length > 0,
    gpus: node.gpus,
    ...(instanceType && { instanceType }),
    ...(zone && { zone }),
    ...(capacity && { capacity }),
    ...(pool && { pool }),
  };
}

/** As managed node groups, Karpenter and Auto Mode, and our own node groups write it. */
function capacityOf(labels: Readonly<Record<string, string>>): CapacityType | undefined {
  const label =
    labels['eks.amazonaws.com/capacityType'] ??
    labels['karpenter.sh/capacity-type'] ??
    labels['capacity-type'];
  switch (label?.toLowerCase()) {
    case 'spot':
      return 'spot';
    case 'on_demand':
    case 'on-demand':
      return 'on-demand';
    case 'capacity_block':
    case 'reserved':
      return 'reserved';
    default:
      return undefined;
  }
}

/** `aws:///us-east-2a/i-0abc…` → `i-0abc…` */
export function instanceOf({ providerId }: ClusterNode): InstanceId | undefined {
  return asInstanceId(providerId.split('/').at(-1) ?? '');
}
