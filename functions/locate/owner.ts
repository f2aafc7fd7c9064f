import type { NodeOwner } from './located.ts';

/** What EC2 says of an instance, as far as ownership is concerned. */
export interface InstanceTags {
  readonly tags: Readonly<Record<string, string>>;
  /** `Operator.Managed` of DescribeInstances: another AWS service runs the instance. */
  readonly operatorManaged: boolean;
}

/** Whose node the tags claim the instance is. A claim only: tags can be set by users. */
export type Ownership =
  | { readonly type: 'owned'; readonly clusterName: string; readonly owner: NodeOwner }
  | { readonly type: 'not-ours'; readonly reason: string }
  | { readonly type: 'ambiguous'; readonly reason: string };

/**
 * Reads cluster and owner from an instance's tags. The order of the owners matters: Auto Mode runs Karpenter
 * inside and managed groups run an Auto Scaling group, so the outermost owner is asked for first.
 * Tag keys: EKS user guide (tagging, creating managed node groups), Karpenter's EC2NodeClass reference.
 */
export function ownerFromTags(instance: InstanceTags): Ownership {
  const clusters = [...clusterNames(instance.tags)].sort();
  const [clusterName, ...others] = clusters;
  if (clusterName === undefined)
    return { type: 'not-ours', reason: 'no tag of the instance names a cluster' };
  if (others.length > 0) {
    return {
      type: 'ambiguous',
      reason: `tags of the instance name ${clusters.length} clusters: ${clusters.join(', ')}`,
    };
  }
  return { type: 'owned', clusterName, owner: nodeOwner(instance) };
}

const CLUSTER_NAME_KEYS = [
  'aws:eks:cluster-name',
  'eks:cluster-name',
  'eks:eks-cluster-name',
  'alpha.eksctl.io/cluster-name',
  'eksctl.cluster.k8s.io/v1alpha1/cluster-name',
];
const CLUSTER_KEY_PREFIX = 'kubernetes.io/cluster/';

function clusterNames(tags: InstanceTags['tags']): Set<string> {
  const names = new Set<string>();
  for (const [key, value] of Object.entries(tags)) {
    const name = key.startsWith(CLUSTER_KEY_PREFIX) ? key.slice(CLUSTER_KEY_PREFIX.length) : value;
    const namesCluster = key.startsWith(CLUSTER_KEY_PREFIX) || CLUSTER_NAME_KEYS.includes(key);
    if (namesCluster && name !== '') names.add(name);
  }
  return names;
}

function nodeOwner({ tags, operatorManaged }: InstanceTags): NodeOwner {
  const autoModePool = tags['eks:kubernetes-node-pool-name'];
  const karpenterPool = tags['karpenter.sh/nodepool'];
  if (operatorManaged || autoModePool !== undefined) {
    return { type: 'auto-mode', nodePool: autoModePool ?? karpenterPool ?? 'unnamed' };
  }
  if (karpenterPool !== undefined) return { type: 'karpenter', nodePool: karpenterPool };
  const nodeGroup = tags['eks:nodegroup-name'];
  if (nodeGroup !== undefined) return { type: 'managed-node-group', nodeGroup };
  const group = tags['aws:autoscaling:groupName'];
  if (group !== undefined) return { type: 'auto-scaling-group', group };
  return { type: 'unknown' };
}

/** What a node's labels say of its owner. Auto Mode first: its nodes carry Karpenter's label too. */
export function ownerFromLabels(labels: Readonly<Record<string, string>>): NodeOwner {
  const nodePool = labels['karpenter.sh/nodepool'];
  if (labels['eks.amazonaws.com/compute-type'] === 'auto')
    return { type: 'auto-mode', nodePool: nodePool ?? 'unnamed' };
  if (nodePool !== undefined) return { type: 'karpenter', nodePool };
  const nodeGroup = labels['eks.amazonaws.com/nodegroup'];
  if (nodeGroup !== undefined) return { type: 'managed-node-group', nodeGroup };
  return { type: 'unknown' };
}

/** Tag of an instance or label of a node: the pool of spot and fallback groups that it belongs to. */
export const POOL_KEY = 'spot-responder/pool';
