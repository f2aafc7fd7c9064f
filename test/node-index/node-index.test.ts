import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test, vi } from 'vitest';
import { ec2Locator } from '../../functions/locate/ec2-locator.ts';
import type { LocatedInstance } from '../../functions/locate/located.ts';
import { stored } from '../../functions/node-index/changes.ts';
import { writeRows } from '../../functions/node-index/index-table.ts';
import { indexedLocator } from '../../functions/node-index/indexed-locator.ts';
import type { NodeIndex } from '../../functions/node-index/node-index.ts';
import { nodeRow } from '../../functions/node-index/row.ts';
import { asInstanceId, type InstanceId } from '../../functions/signals/interruption.ts';
import { clientOptions } from '../simulator/account-client-options.ts';
import { openScene, type Scene } from './scene.ts';

const EC2_QUOTA = { capacity: 100, refillPerSecond: 20 };
const STORM = Array.from({ length: 1_000 }, (_, n) => nodeOf(n));

function nodeOf(n: number): LocatedInstance {
  return {
    instanceId: idOf(n),
    clusterName: 'one',
    owner: { type: 'managed-node-group', nodeGroup: 'gpu' },
    region: 'us-east-2',
    nodeNameHint: `node-${n}`,
  };
}

function idOf(n: number): InstanceId {
  const id = asInstanceId(`i-0${n.toString(16).padStart(16, '0')}`);
  if (!id) throw new RangeError(`no instance id for ${n}`);
  return id;
}

function locatorOf(
  { clock, ec2, ...scene }: Scene,
  index: Pick<NodeIndex, 'find'> = scene.index(),
  random = () => 0.5,
) {
  return indexedLocator({ index, ec2, clock, random });
}

async function index(scene: Scene, nodes: readonly LocatedInstance[]): Promise<void> {
  await writeRows(
    scene.table,
    nodes.map((node) => nodeRow(stored(node, scene.clock.now()))),
  );
}

test('instances that are looked up together share one read, also the same one twice', async () => {
  await using scene = await openScene();
  await index(scene, [nodeOf(1), nodeOf(2)]);
  const reader = scene.index();
  const found = await Promise.all([1, 2, 3, 1].map((n) => reader.find(idOf(n))));
  expect(found.map((node) => (node === 'unread' ? node : node?.nodeNameHint))).toEqual([
    'node-1',
    'node-2',
    undefined,
    'node-1',
  ]);
  expect(scene.requests.BatchGetItemCommand).toBe(1);
});

test('the clusters are read beside the first node, and kept', async () => {
  await using scene = await openScene();
  const reader = scene.index();
  await reader.find(idOf(1));
  await reader.findCluster('one');
  await reader.find(idOf(2));
  expect(scene.requests.QueryCommand).toBe(1);
  await scene.clock.advance(6 * 60_000);
  await reader.findCluster('one');
  expect(scene.requests.QueryCommand).toBe(2);
});

test('a row of another version says nothing', async () => {
  await using scene = await openScene();
  const row = { ...nodeRow(stored(nodeOf(1), scene.clock.now())), schemaVersion: 2 };
  await scene.table.documents.send(new PutCommand({ TableName: scene.table.table, Item: row }));
  expect(await scene.index().find(idOf(1))).toBeUndefined();
});

test('a table that cannot be read is logged, not an error', async () => {
  await using scene = await openScene();
  const reader = scene.index('nowhere');
  expect(await reader.find(idOf(1))).toBe('unread');
  expect(await reader.findCluster('one')).toBeUndefined();
  expect(scene.warnings.map((line) => line.split(',')[0])).toEqual(
    expect.arrayContaining(['Node index not read', 'Cluster index not read']),
  );
});

test('a storm of 1,000 indexed instances needs no DescribeInstances', async () => {
  await using scene = await openScene({ ec2ReadQuota: EC2_QUOTA });
  await index(scene, STORM);
  const locator = locatorOf(scene);
  const locations = await Promise.all(STORM.map(({ instanceId }) => locator.locate(instanceId)));
  expect(locations.map((each) => each.type === 'located' && each.instance)).toEqual(STORM);
  expect(scene.account.calls).toEqual([]);
  expect(scene.requests.BatchGetItemCommand).toBe(10);
});

test('a storm of 1,000 instances that are not indexed stays inside the read quota of EC2', async () => {
  await using scene = await openScene({ ec2ReadQuota: EC2_QUOTA });
  const tags = { 'eks:cluster-name': 'one', 'eks:nodegroup-name': 'gpu' };
  for (const { instanceId } of STORM) scene.account.addInstance({ instanceId, tags });
  const locator = locatorOf(scene);
  const locations = await Promise.all(STORM.map(({ instanceId }) => locator.locate(instanceId)));
  expect(locations.every(({ type }) => type === 'located')).toBe(true);
  expect(scene.account.calls.length).toBeLessThanOrEqual(20);
  expect(scene.clock.slept).toEqual([]);
});

/** The index of a table whose first answer to each process does not come in time. */
function slowOnce(scene: Scene): Pick<NodeIndex, 'find'> {
  const [broken, whole] = [scene.index('nowhere'), scene.index()];
  let asked = 0;
  return {
    find: async (instanceId) => {
      asked += 1;
      return (asked === 1 ? broken : whole).find(instanceId);
    },
  };
}

test('a storm beside a slow table, each run in a process of its own, asks the table on, not EC2', async () => {
  await using scene = await openScene({ ec2ReadQuota: EC2_QUOTA });
  const doomed = STORM.slice(0, 50);
  await index(scene, doomed);
  const locations = await Promise.all(
    doomed.map(({ instanceId }) => locatorOf(scene, slowOnce(scene)).locate(instanceId)),
  );
  expect(locations.map((each) => each.type === 'located' && each.instance)).toEqual(doomed);
  expect(scene.account.calls).toEqual([]);
});

test('beside a table that is silent, the runs of a storm ask EC2 one after the other', async () => {
  await using scene = await openScene({ ec2ReadQuota: EC2_QUOTA });
  const doomed = STORM.slice(0, 10);
  const tags = { 'eks:cluster-name': 'one', 'eks:nodegroup-name': 'gpu' };
  for (const { instanceId } of doomed) scene.account.addInstance({ instanceId, tags });
  const located = doomed.map(({ instanceId }, at) => {
    const ec2 = ec2Locator({
      ec2: new EC2Client(clientOptions(scene.account)),
      clock: scene.clock,
      random: () => 0,
    });
    return locatorOf({ ...scene, ec2 }, silentAfterOne(), () => at / doomed.length).locate(instanceId);
  });
  for (const [milliseconds, asked] of [
    [1, 1],
    [3_000, 6],
    [3_000, 10],
  ] as const) {
    await scene.clock.untilAsleep();
    await scene.clock.advance(milliseconds);
    await vi.waitFor(() => expect(scene.account.calls).toHaveLength(asked));
  }
  expect((await Promise.all(located)).map(({ type }) => type)).toEqual(doomed.map(() => 'located'));
});

/** An index that was not read once, and then does not answer at all. */
function silentAfterOne(): Pick<NodeIndex, 'find'> {
  let asked = 0;
  return {
    find: () => {
      asked += 1;
      return asked === 1 ? Promise.resolve('unread') : never();
    },
  };
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

test('one call each would not: the quota is real', async () => {
  await using scene = await openScene({ ec2ReadQuota: EC2_QUOTA });
  const ec2 = new EC2Client(clientOptions(scene.account));
  const answers = await Promise.allSettled(
    STORM.slice(0, 150).map(() => ec2.send(new DescribeInstancesCommand({ MaxResults: 5 }))),
  );
  const refused = answers.filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(50);
  await scene.clock.advance(1_000);
  await expect(ec2.send(new DescribeInstancesCommand({ MaxResults: 5 }))).resolves.toBeDefined();
});

test('of several missed instances each gets its own answer, also one that EC2 has forgotten', async () => {
  await using scene = await openScene();
  await index(scene, [nodeOf(1)]);
  scene.account.addInstance({ instanceId: idOf(2), tags: { 'eks:cluster-name': 'two' } });
  scene.account.addInstance({ instanceId: idOf(3) });
  const locator = locatorOf(scene);
  const locations = await Promise.all([1, 2, 3, 4].map((n) => locator.locate(idOf(n))));
  expect(locations.map(({ type }) => type)).toEqual(['located', 'located', 'not-ours', 'gone']);
  expect(scene.account.calls).toHaveLength(1);
});
