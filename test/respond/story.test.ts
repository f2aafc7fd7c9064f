import { expect, test } from 'vitest';
import { addGpuNode } from '../../cli/replay/world.ts';
import { defaultChoices } from '../../functions/respond/policy.ts';
import { instanceId } from '../support/interruptions.ts';
import { doomed, openScene } from './scene.ts';

test('a spot interruption empties the node, inside five requests before the first eviction', async () => {
  await using scene = await openScene();
  const [report] = await scene.send();
  expect(report?.outcome).toEqual({ type: 'emptied' });
  const sent = scene.world.cluster.requests.map(({ verb, resource }) => `${verb} ${resource}`);
  expect(sent.indexOf('create pods/eviction')).toBeLessThanOrEqual(5);
  expect(
    scene.world.cluster
      .pods()
      .every(
        ({ spec, metadata }) =>
          spec.nodeName !== scene.node || metadata.ownerReferences?.[0]?.kind === 'DaemonSet',
      ),
  ).toBe(true);
});

test('a pod that lands on an empty node while it is being cordoned is moved too', async () => {
  await using scene = await openScene();
  const { cluster } = scene.world;
  const empty = addGpuNode(scene.world, instanceId('i-0bbbbbbbbbbbbbbb2'), 7);
  const land = () =>
    cluster.addBarePod({
      namespace: 'default',
      name: 'latecomer',
      node: empty,
      graceSeconds: 5,
      stopsAfterSeconds: 1,
    });
  let landed = false;
  const connect = async (name: string) => {
    const port = await scene.deps.connect(name);
    const listPodsOnNode = async (node: string) => {
      const list = await port.listPodsOnNode(node);
      if (!landed) land();
      landed = true;
      return list;
    };
    return { ...port, listPodsOnNode };
  };
  const [report] = await scene.send(
    'spot-interruption-terminate',
    { connect },
    0,
    instanceId('i-0bbbbbbbbbbbbbbb2'),
  );
  expect(report?.outcome.type).toBe('emptied');
  expect(report?.drain?.pods.map(({ name, outcome }) => [name, outcome.result])).toEqual([
    ['latecomer', 'evicted'],
  ]);
});

test('the same event twice at once: one run acts, the other joins', async () => {
  await using scene = await openScene();
  const reports = (await Promise.all([scene.send(), scene.send()])).flat();
  expect(reports.map(({ outcome }) => outcome.type).sort()).toEqual(['emptied', 'joined']);
  expect(scene.world.cluster.evictions).toHaveLength(3);
});

test('the same event again afterwards changes nothing', async () => {
  await using scene = await openScene();
  await scene.send();
  const before = scene.writes().length;
  const [again] = await scene.send();
  expect(again?.outcome.type).toBe('already-handled');
  expect(scene.writes()).toHaveLength(before);
});

test('a Health event about an instance, then its cancellation: cordoned as configured, then undone exactly', async () => {
  await using scene = await openScene();
  const choices = {
    ...defaultChoices,
    onScheduledChange: 'cordon' as const,
    scheduledChangeLeadMinutes: 40_320,
  };
  const original = JSON.stringify(
    scene.world.cluster.nodes().find(({ metadata }) => metadata.name === scene.node)?.spec,
  );
  const [noticed] = await scene.send('health-scheduled-change', { choices });
  expect(noticed?.outcome.type).toBe('cordoned');
  const [cancelled] = await scene.send('health-cancelled', { choices });
  expect(cancelled?.outcome.type).toBe('uncordoned');
  expect(
    JSON.stringify(scene.world.cluster.nodes().find(({ metadata }) => metadata.name === scene.node)?.spec),
  ).toBe(original);
});

test('a terminate hook is completed when the node is empty', async () => {
  await using scene = await openScene();
  const [report] = await scene.send('terminate-hook');
  expect(report?.outcome.type).toBe('emptied');
  expect(report?.moments.map(({ type }) => type)).toContain('hook');
});

test('an event older than its deadline is recorded and changes nothing', async () => {
  await using scene = await openScene();
  const [report] = await scene.send('spot-interruption-terminate', {}, 150);
  expect(report?.outcome.type).toBe('too-late');
  expect(scene.writes()).toEqual([]);
  expect((await scene.deps.incidents.get(doomed))?.outcome).toBe('too-late');
});

test('an event of another region is ignored', async () => {
  await using scene = await openScene();
  expect(await scene.send('spot-interruption-terminate', { region: 'eu-west-1' })).toEqual([]);
  expect(scene.writes()).toEqual([]);
});

test('an instance without tags is not ours', async () => {
  await using scene = await openScene();
  scene.world.account.removeInstance(doomed);
  scene.world.account.addInstance({ instanceId: doomed });
  const [report] = await scene.send();
  expect(report?.outcome.type).toBe('not-ours');
  expect(scene.writes()).toEqual([]);
});

test('a node that is gone is a quiet outcome', async () => {
  await using scene = await openScene();
  scene.world.cluster.removeNode(scene.node);
  const [report] = await scene.send();
  expect(report?.outcome.type).toBe('node-gone');
});

test('a node name that another instance has taken is never touched', async () => {
  await using scene = await openScene();
  const { cluster } = scene.world;
  cluster.removeNode(scene.node);
  cluster.addNode({ name: scene.node, instanceId: 'i-0fedcba9876543210', zone: 'us-east-2a' });
  const [report] = await scene.send();
  expect(report?.outcome.type).toBe('node-gone');
  expect(cluster.nodes().find(({ metadata }) => metadata.name === scene.node)?.spec).toEqual({
    providerID: 'aws:///us-east-2a/i-0fedcba9876543210',
  });
});

test('an expired token is signed anew once, then it is an error that names the remedy', async () => {
  await using scene = await openScene();
  scene.world.cluster.inject({ match: () => true, fault: { type: 'unauthorized' }, times: 1 });
  expect((await scene.send())[0]?.outcome.type).toBe('emptied');
  await using refused = await openScene();
  refused.world.cluster.inject({ match: () => true, fault: { type: 'unauthorized' } });
  const [report] = await refused.send();
  expect(report?.outcome).toMatchObject({ type: 'failed', reason: expect.stringContaining('access entry') });
  expect(JSON.stringify(report)).not.toContain('k8s-aws-v1.');
});

test('a missing permission is named once', async () => {
  await using scene = await openScene();
  scene.world.cluster.inject({ match: { resource: 'pods/eviction' }, fault: { type: 'forbidden' } });
  const [report] = await scene.send();
  expect(report?.outcome).toMatchObject({
    type: 'failed',
    reason: expect.stringMatching(/create.*pods\/eviction/),
  });
});

test('an API server that cannot be reached is an error within the notice', async () => {
  await using scene = await openScene(100);
  scene.world.cluster.inject({ match: () => true, fault: { type: 'reset' } });
  const [report] = await scene.send();
  expect(report?.outcome.type).toBe('failed');
  expect(report?.finishedAt.getTime()).toBeLessThan((report?.interruption.deadline?.getTime() ?? 0) + 5_000);
});

test('a hook whose instance was already drained is completed all the same', async () => {
  await using scene = await openScene();
  await scene.send();
  const [report] = await scene.send('terminate-hook');
  expect(report?.outcome.type).toBe('already-handled');
  expect(report?.moments.map(({ type }) => type)).toContain('hook');
});

test('of several instances in one Health event each gets its own outcome', async () => {
  await using scene = await openScene();
  addGpuNode(scene.world, undefined, 9);
  const reports = await scene.send('health-scheduled-change');
  expect(reports.length).toBeGreaterThan(0);
  expect(reports.every(({ outcome }) => outcome.type === 'told' || outcome.type === 'joined')).toBe(true);
});
