import { expect, test } from 'vitest';
import type { ClusterNode } from '../../functions/cluster/objects.ts';
import type { NodeOwner } from '../../functions/locate/located.ts';
import { nodeLocator } from '../../functions/locate/node-locator.ts';
import { instanceId } from './instance-id.ts';

function node(n: number, labels: Record<string, string> = {}): ClusterNode {
  return {
    name: `node-${n}`,
    uid: `uid-${n}`,
    resourceVersion: '1',
    providerId: `aws:///us-east-2a/${instanceId(n)}`,
    labels,
    annotations: {},
    taints: [],
    unschedulable: false,
    ready: true,
    gpus: 0,
    allocatableGpus: 0,
  };
}

/** The two members of a cluster that the locator may use. */
function clusterOf(nodes: readonly ClusterNode[]) {
  let read = 0;
  return {
    name: 'c1',
    async *listNodes() {
      for (const each of nodes) {
        read += 1;
        yield each;
      }
    },
    nodesRead: () => read,
  };
}

test('finds a node by the instance id at the end of its provider id, and stops reading', async () => {
  const labels = {
    'node.kubernetes.io/instance-type': 'g5.xlarge',
    'topology.kubernetes.io/zone': 'us-east-2b',
  };
  const cluster = clusterOf([node(1), node(2, labels), node(3)]);
  expect(await nodeLocator(cluster, 'us-east-2').locate(instanceId(2))).toEqual({
    type: 'located',
    instance: {
      instanceId: instanceId(2),
      clusterName: 'c1',
      owner: { type: 'unknown' },
      nodeNameHint: 'node-2',
      providerId: `aws:///us-east-2a/${instanceId(2)}`,
      tainted: false,
      gpus: 0,
      instanceType: 'g5.xlarge',
      zone: 'us-east-2b',
      region: 'us-east-2',
    },
  });
  expect(cluster.nodesRead()).toBe(2);
});

const OWNERS: readonly [Record<string, string>, NodeOwner][] = [
  [{ 'eks.amazonaws.com/nodegroup': 'gpu' }, { type: 'managed-node-group', nodeGroup: 'gpu' }],
  [{ 'karpenter.sh/nodepool': 'gpu' }, { type: 'karpenter', nodePool: 'gpu' }],
  [
    { 'eks.amazonaws.com/compute-type': 'auto', 'karpenter.sh/nodepool': 'system' },
    { type: 'auto-mode', nodePool: 'system' },
  ],
  [{ 'alpha.eksctl.io/nodegroup-name': 'x' }, { type: 'unknown' }],
];

test.each(OWNERS)('reads the owner from labels %j', async (labels, owner) => {
  const location = await nodeLocator(clusterOf([node(1, labels)]), 'us-east-2').locate(instanceId(1));
  expect(location).toMatchObject({ instance: { owner } });
});

test('an instance without a node is not ours', async () => {
  expect(await nodeLocator(clusterOf([node(1)]), 'us-east-2').locate(instanceId(2))).toEqual({
    type: 'not-ours',
    reason: `no node of cluster c1 has ${instanceId(2)} in its spec.providerID`,
  });
});

test("a reservation's instances are those that Karpenter labelled", async () => {
  const reserved = { 'karpenter.k8s.aws/capacity-reservation-id': 'cr-0fake1' };
  const cluster = clusterOf([node(1, reserved), node(2), node(3, reserved)]);
  const found = await nodeLocator(cluster, 'us-east-2').instancesOfReservation('cr-0fake1');
  expect(found).toEqual([instanceId(1), instanceId(3)]);
});
