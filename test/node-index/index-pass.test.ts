import { expect, test } from 'vitest';
import { instanceId } from '../locate/instance-id.ts';
import { openScene } from './scene.ts';

const GPU_TAINT = { key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' as const };
const zone = 'us-east-2a';
const labels = { 'eks.amazonaws.com/nodegroup': 'gpu' };

test('a node of an enrolled cluster is found with all that a cordon needs, and its cluster too', async () => {
  await using scene = await openScene();
  const cluster = await scene.addCluster('one');
  cluster.addNode({
    name: 'node-1',
    instanceId: instanceId(1),
    instanceType: 'g5.12xlarge',
    zone,
    gpus: 4,
    labels: { ...labels, 'spot-responder/pool': 'inference' },
    taints: [GPU_TAINT],
  });
  expect(await scene.openPass()()).toEqual({ clusters: 1, nodes: 1, unread: [], written: 2 });
  expect(await scene.index().find(instanceId(1))).toEqual({
    instanceId: instanceId(1),
    clusterName: 'one',
    owner: { type: 'managed-node-group', nodeGroup: 'gpu' },
    region: 'us-east-2',
    nodeNameHint: 'node-1',
    providerId: `aws:///${zone}/${instanceId(1)}`,
    tainted: true,
    gpus: 4,
    instanceType: 'g5.12xlarge',
    zone,
    pool: 'inference',
  });
  expect(await scene.index().findCluster('one')).toEqual({ server: cluster.url });
});

test('a quiet minute costs lists and no write; what changed is written', async () => {
  await using scene = await openScene();
  const cluster = await scene.addCluster('one');
  for (const n of [1, 2, 3]) cluster.addNode({ name: `node-${n}`, instanceId: instanceId(n), zone, labels });
  const pass = scene.openPass();
  await pass();
  expect(await pass()).toMatchObject({ written: 0 });
  cluster.removeNode('node-2');
  cluster.addNode({ name: 'node-2', instanceId: instanceId(2), zone, labels, taints: [GPU_TAINT] });
  cluster.addNode({ name: 'node-4', instanceId: instanceId(4), zone, labels });
  expect(await pass()).toMatchObject({ nodes: 4, written: 2 });
  expect(await scene.index().find(instanceId(2))).toMatchObject({ tainted: true });
});

test('a new process reads what the last one wrote, and writes nothing', async () => {
  await using scene = await openScene();
  const cluster = await scene.addCluster('one');
  for (let n = 1; n <= 60; n++)
    cluster.addNode({ name: `node-${n}`, instanceId: instanceId(n), zone, labels });
  expect(await scene.openPass()()).toMatchObject({ written: 61 });
  expect(scene.requests).toMatchObject({ BatchWriteItemCommand: 3 });
  expect(await scene.openPass()()).toMatchObject({ written: 0 });
});

test('entries live a day and are written anew after half of it', async () => {
  await using scene = await openScene();
  const cluster = await scene.addCluster('one');
  cluster.addNode({ name: 'node-1', instanceId: instanceId(1), zone, labels });
  const pass = scene.openPass();
  await pass();
  await scene.clock.advance(13 * 3600_000);
  expect(await pass()).toMatchObject({ written: 2 });
  await scene.clock.advance(23 * 3600_000);
  expect(await scene.index().find(instanceId(1))).toBeDefined();
  await scene.clock.advance(2 * 3600_000);
  expect(await scene.index().find(instanceId(1))).toBeUndefined();
  expect(await scene.index().findCluster('one')).toBeUndefined();
});

test('a cluster that lets nobody in is told once and holds up no other', async () => {
  await using scene = await openScene();
  const closed = await scene.addCluster('closed');
  closed.inject({ match: () => true, fault: { type: 'unauthorized' } });
  const open = await scene.addCluster('open');
  open.addNode({ name: 'node-1', instanceId: instanceId(1), zone, labels });
  const pass = scene.openPass();
  expect(await pass()).toMatchObject({ clusters: 2, unread: ['closed'], nodes: 1 });
  const asked = closed.requests.length;
  expect(await pass()).toMatchObject({ unread: ['closed'] });
  expect(closed.requests).toHaveLength(asked);
  await scene.clock.advance(61_000);
  await pass();
  expect(closed.requests.length).toBeGreaterThan(asked);
  expect(scene.warnings).toHaveLength(1);
  expect(scene.warnings[0]).toMatch(/Cluster not indexed .*closed.*access entry/);
});

test('what was listed of a cluster before its server failed is indexed', async () => {
  await using scene = await openScene();
  const cluster = await scene.addCluster('one');
  for (let n = 0; n < 501; n++)
    cluster.addNode({ name: `node-${String(n).padStart(3, '0')}`, instanceId: longId(n), zone, labels });
  let lists = 0;
  cluster.inject({ match: () => lists++ > 0, fault: { type: 'forbidden' } });
  expect(await scene.openPass()()).toMatchObject({ nodes: 500, written: 500, unread: ['one'] });
});

test('nodes are listed in pages, those without an instance are left out', async () => {
  await using scene = await openScene();
  const cluster = await scene.addCluster('one');
  for (let n = 0; n < 501; n++) cluster.addNode({ name: `node-${n}`, instanceId: longId(n), zone, labels });
  cluster.addNode({ name: 'fargate', instanceId: 'fargate-ip-10-0-0-1', zone });
  expect(await scene.openPass()()).toMatchObject({ nodes: 501 });
  expect(cluster.requests.map(({ verb }) => verb)).toEqual(['list', 'list']);
});

test('EC2 is asked for the owner where labels do not tell it, once and in one call', async () => {
  await using scene = await openScene();
  const cluster = await scene.addCluster('one');
  const tags = {
    'kubernetes.io/cluster/one': 'owned',
    'aws:autoscaling:groupName': 'workers',
    'spot-responder/pool': 'batch',
  };
  for (const n of [1, 2]) {
    cluster.addNode({ name: `node-${n}`, instanceId: instanceId(n), zone });
    scene.account.addInstance({ instanceId: instanceId(n), tags });
  }
  const pass = scene.openPass();
  await pass();
  expect(await pass()).toMatchObject({ written: 0 });
  expect(scene.account.calls.filter(({ service }) => service === 'ec2')).toHaveLength(1);
  const owner = { type: 'auto-scaling-group', group: 'workers' };
  expect(await scene.index().find(instanceId(2))).toMatchObject({ owner, pool: 'batch' });
});

test('EC2 may fail: the node is indexed all the same', async () => {
  await using scene = await openScene();
  const cluster = await scene.addCluster('one');
  cluster.addNode({ name: 'node-1', instanceId: instanceId(1), zone });
  scene.account.inject({ operation: 'DescribeInstances', code: 'UnauthorizedOperation', times: 1 });
  expect(await scene.openPass()()).toMatchObject({ written: 2 });
  expect(await scene.index().find(instanceId(1))).toMatchObject({ owner: { type: 'unknown' } });
});

test('a node that claims another cluster’s instance does not take its place', async () => {
  await using scene = await openScene();
  const real = await scene.addCluster('real');
  real.addNode({ name: 'node-1', instanceId: instanceId(1), zone, labels });
  const pass = scene.openPass();
  await pass();
  const liar = await scene.addCluster('liar');
  liar.addNode({ name: 'node-x', instanceId: instanceId(1), zone, labels });
  await pass();
  expect(await scene.index().find(instanceId(1))).toMatchObject({ clusterName: 'real' });
});

test('without permission to list clusters the pass fails and names it', async () => {
  await using scene = await openScene();
  scene.account.inject({ operation: 'ListClusters', code: 'AccessDeniedException', times: 1 });
  await expect(scene.openPass()()).rejects.toThrow(/Allow eks:ListClusters/);
});

function longId(n: number): string {
  return `i-0${n.toString(16).padStart(16, '0')}`;
}
