import { expect, test } from 'vitest';
import { type Ownership, ownerFromTags } from '../../functions/locate/owner.ts';

interface Case {
  readonly name: string;
  readonly tags: Record<string, string>;
  readonly operatorManaged?: true;
  readonly expected: Ownership;
}

const OWNED = { 'kubernetes.io/cluster/c1': 'owned' };
const UNTAGGED: Ownership = { type: 'not-ours', reason: 'no tag of the instance names a cluster' };

const CASES: readonly Case[] = [
  {
    name: 'a managed node group',
    tags: {
      ...OWNED,
      'aws:eks:cluster-name': 'c1',
      'eks:cluster-name': 'c1',
      'eks:nodegroup-name': 'gpu',
      'k8s.io/cluster-autoscaler/enabled': 'true',
      'k8s.io/cluster-autoscaler/c1': 'owned',
      'aws:autoscaling:groupName': 'eks-gpu-1',
    },
    expected: { type: 'owned', clusterName: 'c1', owner: { type: 'managed-node-group', nodeGroup: 'gpu' } },
  },
  {
    name: 'a self-managed group',
    tags: { ...OWNED, 'aws:autoscaling:groupName': 'workers' },
    expected: { type: 'owned', clusterName: 'c1', owner: { type: 'auto-scaling-group', group: 'workers' } },
  },
  {
    name: 'Karpenter',
    tags: {
      ...OWNED,
      'eks:eks-cluster-name': 'c1',
      'karpenter.sh/nodepool': 'gpu',
      'karpenter.sh/nodeclaim': 'gpu-x',
    },
    expected: { type: 'owned', clusterName: 'c1', owner: { type: 'karpenter', nodePool: 'gpu' } },
  },
  {
    name: 'Auto Mode by its tag',
    tags: { ...OWNED, 'eks:eks-cluster-name': 'c1', 'eks:kubernetes-node-pool-name': 'general-purpose' },
    expected: { type: 'owned', clusterName: 'c1', owner: { type: 'auto-mode', nodePool: 'general-purpose' } },
  },
  {
    name: 'Auto Mode by EC2 alone, before Karpenter',
    tags: { 'eks:eks-cluster-name': 'c1', 'karpenter.sh/nodepool': 'gpu' },
    operatorManaged: true,
    expected: { type: 'owned', clusterName: 'c1', owner: { type: 'auto-mode', nodePool: 'gpu' } },
  },
  {
    name: 'a cluster tag alone',
    tags: { 'aws:eks:cluster-name': 'c1' },
    expected: { type: 'owned', clusterName: 'c1', owner: { type: 'unknown' } },
  },
  { name: 'no tags', tags: {}, expected: UNTAGGED },
  { name: 'a group without a cluster', tags: { 'aws:autoscaling:groupName': 'web' }, expected: UNTAGGED },
  {
    name: 'an empty cluster name',
    tags: { 'eks:cluster-name': '', 'kubernetes.io/cluster/': 'owned' },
    expected: UNTAGGED,
  },
  {
    name: 'a managed instance of another service',
    tags: { team: 'x' },
    operatorManaged: true,
    expected: UNTAGGED,
  },
  {
    name: 'two clusters',
    tags: { ...OWNED, 'kubernetes.io/cluster/c0': 'shared', 'eks:nodegroup-name': 'gpu' },
    expected: { type: 'ambiguous', reason: 'tags of the instance name 2 clusters: c0, c1' },
  },
  {
    name: "a copied tag that contradicts EKS's own",
    tags: { 'aws:eks:cluster-name': 'c1', 'eks:cluster-name': 'c2' },
    expected: { type: 'ambiguous', reason: 'tags of the instance name 2 clusters: c1, c2' },
  },
];

test.each(CASES)('reads the owner of $name', ({ tags, operatorManaged, expected }) => {
  expect(ownerFromTags({ tags, operatorManaged: operatorManaged ?? false })).toEqual(expected);
});
