import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test, vi } from 'vitest';
import { addDaemonSets } from '../../cli/replay/world.ts';
import { stored } from '../../functions/node-index/changes.ts';
import { openIndexTable, writeRows } from '../../functions/node-index/index-table.ts';
import { clusterRow, nodeRow } from '../../functions/node-index/row.ts';
import type { InterruptionReport } from '../../functions/respond/report.ts';
import { startSimulatedCluster } from '../../simulator/cluster/cluster.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { instanceId } from '../support/interruptions.ts';
import { doomed, openScene, type Scene } from './scene.ts';

const PLAIN = 'ip-10-0-9-9';
const plain = instanceId('i-0ccccccccccccccc3');
const zone = 'us-east-2a';
const GPU_TAINT = { key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' as const };

/** A node without taints, with ten pods to move and five of DaemonSets. */
function addPlainNode({ world }: Scene): void {
  const { account, cluster } = world;
  const tags = { 'eks:cluster-name': 'demo', 'eks:nodegroup-name': 'plain' };
  account.addInstance({ instanceId: plain, tags, zone, privateDnsName: PLAIN });
  const labels = { 'eks.amazonaws.com/nodegroup': 'plain' };
  cluster.addNode({ name: PLAIN, instanceId: plain, zone, labels });
  addDaemonSets(world, [PLAIN], 5);
  cluster.addWorkload({
    kind: 'Deployment',
    namespace: 'default',
    name: 'web',
    nodes: Array<string>(10).fill(PLAIN),
    stopsAfterSeconds: 5,
  });
}

async function interruptPlain(scene: Scene): Promise<InterruptionReport | undefined> {
  const [report] = await scene.send('spot-interruption-terminate', {}, 0, plain);
  return report;
}

function indexTableOf({ clock, world }: Scene) {
  const client = new DynamoDBClient({
    endpoint: world.tableEndpoint,
    region: 'us-east-2',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
  return openIndexTable({ client, table: world.tableName, clock, random: Math.random });
}

test('an indexed node is drained without a question to EC2 or EKS', async () => {
  await using scene = await openScene();
  await scene.index();
  const before = scene.world.account.calls.length;
  const [report] = await scene.send();
  expect(report).toMatchObject({ outcome: { type: 'emptied' }, nodeName: scene.node });
  const asked = scene.world.account.calls.slice(before).map(({ service }) => service);
  expect(asked.filter((service) => service === 'ec2' || service === 'eks')).toEqual([]);
});

test('ten pods and five of DaemonSets on a node without taints cost 14 requests', async () => {
  await using scene = await openScene();
  addPlainNode(scene);
  await scene.index();
  const report = await interruptPlain(scene);
  expect(report?.outcome.type).toBe('emptied');
  expect(report?.requests).toEqual({
    'patch nodes': 1,
    'list pods': 1,
    'list poddisruptionbudgets': 1,
    'watch pods': 1,
    'create pods/eviction': 10,
  });
});

test('an eviction is accepted after two round trips to the API server', async () => {
  const clock = new FakeClock();
  await using scene = await openScene(1, clock);
  addPlainNode(scene);
  await scene.index();
  const { cluster } = scene.world;
  const first = cluster.requests.length;
  const sent = () => cluster.requests.slice(first).map(({ verb, resource }) => `${verb} ${resource}`);
  const evictions = () => sent().filter((request) => request === 'create pods/eviction').length;
  cluster.inject({ match: () => true, fault: { type: 'slow', ms: 40 } });
  const begun = clock.now().getTime();
  const report = interruptPlain(scene);
  await vi.waitFor(() => expect(sent()).toHaveLength(3));
  expect(sent().toSorted()).toEqual(['list poddisruptionbudgets', 'list pods', 'patch nodes']);
  await clock.advance(40);
  await vi.waitFor(() => expect(evictions()).toBe(10));
  await clock.advance(40);
  await vi.waitFor(() => expect(cluster.evictions).toHaveLength(10));
  expect(clock.now().getTime() - begun).toBe(80);
  await letTimeRun(clock, report);
  expect((await report)?.outcome.type).toBe('emptied');
});

test('a taint that came or went since costs a patch more, nothing else', async () => {
  await using scene = await openScene();
  addPlainNode(scene);
  await scene.index();
  const patch = [{ op: 'add', path: '/spec/taints', value: [GPU_TAINT] } as const];
  const cluster = await scene.deps.connect('demo');
  await cluster.patchNode(PLAIN, patch, { dryRun: false });
  const report = await interruptPlain(scene);
  expect(report).toMatchObject({ outcome: { type: 'emptied' }, requests: { 'patch nodes': 2 } });
  const taints = scene.world.cluster.nodes().find(({ metadata }) => metadata.name === PLAIN)?.spec.taints;
  expect(taints?.map(({ key }) => key)).toEqual(
    expect.arrayContaining(['nvidia.com/gpu', 'spot-responder/interruption']),
  );
});

test('a node that took the name of an indexed one is never touched', async () => {
  await using scene = await openScene();
  await scene.index();
  const { cluster } = scene.world;
  cluster.removeNode(scene.node);
  cluster.addNode({ name: scene.node, instanceId: 'i-0fedcba9876543210', zone });
  const [report] = await scene.send();
  expect(report?.outcome.type).toBe('node-gone');
  expect(scene.writes().filter((write) => write !== 'patch nodes')).toEqual([]);
  expect(cluster.nodes().find(({ metadata }) => metadata.name === scene.node)?.spec).toEqual({
    providerID: `aws:///${zone}/i-0fedcba9876543210`,
  });
});

test('a node that is gone stays gone where EC2 does not answer: that is no failure', async () => {
  await using scene = await openScene();
  await scene.index();
  scene.world.cluster.removeNode(scene.node);
  scene.world.account.inject({ operation: 'DescribeInstances', code: 'RequestLimitExceeded', times: 99 });
  const [report] = await scene.send();
  expect(report?.outcome.type).toBe('node-gone');
});

test('a node that came back under another name is found', async () => {
  await using scene = await openScene();
  await scene.index();
  const { cluster } = scene.world;
  cluster.removeNode(scene.node);
  cluster.addNode({ name: 'renamed', instanceId: doomed, zone });
  const [report] = await scene.send();
  expect(report).toMatchObject({ outcome: { type: 'emptied' }, nodeName: 'renamed' });
});

test('where the index names a cluster that has no such node, EC2 has the last word', async () => {
  await using scene = await openScene();
  const elsewhere = await startSimulatedCluster({ clock: scene.clock });
  try {
    scene.world.account.addCluster({ name: 'elsewhere', endpoint: elsewhere.url, ca: '' });
    await scene.index();
    const { clock } = scene;
    const owner = { type: 'unknown' } as const;
    const wrong = { instanceId: doomed, clusterName: 'elsewhere', owner, region: 'us-east-2' };
    await writeRows(indexTableOf(scene), [nodeRow(stored(wrong, clock.now()))]);
    const [report] = await scene.send();
    expect(report).toMatchObject({
      outcome: { type: 'emptied' },
      instance: { clusterName: 'demo', owner: { type: 'managed-node-group' } },
    });
  } finally {
    await elsewhere.close();
  }
});

test('where the index names an endpoint that nobody answers at, EKS has the last word', async () => {
  await using scene = await openScene();
  await scene.index();
  const wrong = { clusterName: 'demo', endpoint: { server: 'http://127.0.0.1:1' } };
  await writeRows(indexTableOf(scene), [clusterRow(stored(wrong, scene.clock.now()))]);
  const [report] = await scene.send();
  expect(report?.outcome.type).toBe('emptied');
});

/** Moves time on, second by second, until `work` is done. */
async function letTimeRun(clock: FakeClock, work: Promise<unknown>): Promise<void> {
  let done = false;
  void work.finally(() => {
    done = true;
  });
  while (!done) {
    await clock.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
