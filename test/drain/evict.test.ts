import { expect, test } from 'vitest';
import { addWeb, lockWeb, NODE, OTHER_NODE, openScene, resultsOf } from './scene.ts';

const DAEMON_SETS = ['aws-node', 'kube-proxy', 'device-plugin', 'exporter', 'logs'];

test('ten evictable and five DaemonSet pods cost 14 requests, at most 5 until the first eviction', async () => {
  await using scene = await openScene(20);
  addWeb(scene, 10);
  for (const name of DAEMON_SETS) {
    scene.simulated.addWorkload({ kind: 'DaemonSet', namespace: 'kube-system', name, nodes: [NODE] });
  }
  const [, report] = await Promise.all([scene.cordon(), scene.drain()]);
  expect(report.end).toBe('emptied');
  expect(resultsOf(report)).toEqual(Array(10).fill('evicted'));
  expect(resultsOf(report, 'skip')).toEqual(Array(5).fill('skipped'));
  expect(scene.simulated.requests).toHaveLength(14);
  const firstEviction = scene.simulated.requests.findIndex(({ resource }) => resource === 'pods/eviction');
  expect(firstEviction).toBeLessThan(5);
});

test('the report and the timeline say when each pod was accepted and when it was gone', async () => {
  await using scene = await openScene(20);
  addWeb(scene, 2, { stopsAfterSeconds: 8 });
  const report = await scene.drain();
  expect(report.end).toBe('emptied');
  expect(scene.seconds(report.emptiedAt) - scene.seconds(report.lastEvictionAt)).toBeGreaterThan(6);
  for (const { outcome, gracePeriodSeconds } of report.pods) {
    expect(outcome).toMatchObject({
      result: 'evicted',
      acceptedAt: expect.any(Date),
      goneAt: expect.any(Date),
    });
    expect(gracePeriodSeconds).toBe(30);
  }
  const types = scene.progress.map(({ type }) => type);
  expect(types).toEqual(['evict-sent', 'evict-sent', 'accepted', 'accepted', 'gone', 'gone']);
});

test('a grace longer than the notice is cut to what is left', async () => {
  await using scene = await openScene();
  addWeb(scene, 1, { graceSeconds: 600, stopsAfterSeconds: 2 });
  const report = await scene.drain();
  const grace = report.pods[0]?.gracePeriodSeconds;
  expect(grace).toBeGreaterThan(110);
  expect(grace).toBeLessThanOrEqual(118);
});

test('a pod still stopping when the time is up is named, and the drain ends there', async () => {
  await using scene = await openScene();
  addWeb(scene, 1, { graceSeconds: 600, stopsAfterSeconds: 600 });
  const report = await scene.drain({ deadlineSeconds: null, giveUpSeconds: 20 });
  expect(report.end).toBe('still-terminating');
  expect(resultsOf(report)).toEqual(['still-terminating']);
  expect(scene.seconds(scene.clock.now())).toBeLessThan(30);
});

test('an empty plan costs nothing', async () => {
  await using scene = await openScene();
  const report = await scene.drain();
  expect(report.end).toBe('emptied');
  expect(scene.requests('pods', 'watch')).toHaveLength(0);
});

test('a deadline already past starts nothing', async () => {
  await using scene = await openScene();
  addWeb(scene, 1);
  const report = await scene.drain({ deadlineSeconds: -5 });
  expect(report.end).toBe('blocked');
  expect(resultsOf(report)).toEqual(['failed']);
  expect(scene.simulated.evictions).toHaveLength(0);
});

test('system-critical pods are evicted only after all others were accepted', async () => {
  await using scene = await openScene(20);
  const add = (name: string, priorityClassName?: string) =>
    scene.simulated.addWorkload({
      kind: 'Deployment',
      namespace: 'kube-system',
      name,
      nodes: [NODE, NODE],
      ...(priorityClassName && { priorityClassName }),
    });
  add('coredns', 'system-cluster-critical');
  add('web');
  const report = await scene.drain();
  expect(report.end).toBe('emptied');
  const order = scene.simulated.evictions.map(({ name }) => name.split('-')[0]);
  expect(order).toEqual(['web', 'web', 'coredns', 'coredns']);
});

test('system-critical pods do not wait for a blocked pod past their last safe moment', async () => {
  await using scene = await openScene(10);
  addWeb(scene, 1);
  lockWeb(scene);
  scene.simulated.addWorkload({
    kind: 'Deployment',
    namespace: 'kube-system',
    name: 'coredns',
    nodes: [NODE],
    priorityClassName: 'system-cluster-critical',
  });
  const report = await scene.drain({ deadlineSeconds: 60 });
  expect(report.end).toBe('emptied');
  expect(resultsOf(report).toSorted()).toEqual(['deleted', 'evicted']);
});

test('a pod of a StatefulSet counts as gone when its name comes back elsewhere, and the new one is left alone', async () => {
  await using scene = await openScene();
  const [old] = scene.simulated.addWorkload({
    kind: 'StatefulSet',
    namespace: 'default',
    name: 'db',
    nodes: [NODE],
  });
  await scene.cordon();
  const report = await scene.drain();
  expect(report.end).toBe('emptied');
  const [current] = scene.simulated.pods();
  expect(current?.metadata.name).toBe('db-0');
  expect(current?.metadata.uid).not.toBe(old?.metadata.uid);
  expect(current?.spec.nodeName).toBe(OTHER_NODE);
  expect(scene.simulated.evictions).toHaveLength(1);
});

test('a pod bound to the node after the list is drained too', async () => {
  await using scene = await openScene();
  addWeb(scene, 1);
  const report = await scene.drain({ beforeActing: () => void addWeb(scene, 1, { name: 'late' }) });
  expect(report.end).toBe('emptied');
  expect(resultsOf(report)).toEqual(['evicted', 'evicted']);
  expect(scene.progress.map(({ type }) => type)).toContain('found');
});

test('a pod of another node that has the same name by now is left alone', async () => {
  await using scene = await openScene();
  addWeb(scene, 1, { stopsAfterSeconds: 20 });
  const report = await scene.drain({
    observe: ({ type }) => {
      if (type !== 'accepted') return;
      scene.simulated.changeNode(NODE, ({ metadata, ...node }) => ({
        ...node,
        metadata: { ...metadata, uid: 'uid-of-the-next' },
      }));
      addWeb(scene, 1, { name: 'next' });
    },
  });
  expect(report.end).toBe('emptied');
  expect(resultsOf(report)).toEqual(['evicted']);
  expect(scene.simulated.evictions).toHaveLength(1);
});

test("another drainer's pods are watched, not evicted again", async () => {
  await using scene = await openScene();
  addWeb(scene, 2, { stopsAfterSeconds: 10 });
  const { pods } = await scene.cluster.listPodsOnNode(NODE);
  for (const pod of pods) await scene.cluster.evict(pod, { dryRun: false });
  const report = await scene.drain();
  expect(report.end).toBe('emptied');
  expect(resultsOf(report, 'await')).toEqual(['already-gone', 'already-gone']);
  expect(scene.simulated.evictions).toHaveLength(2);
});

test('a takeover finds the node cordoned and evicts each pod at most once', async () => {
  await using scene = await openScene();
  addWeb(scene, 4, { stopsAfterSeconds: 15 });
  const crash = new AbortController();
  let accepted = 0;
  await scene.cordon();
  const first = await scene.drain({
    signal: crash.signal,
    observe: ({ type }) => {
      if (type === 'accepted' && ++accepted === 2) crash.abort();
    },
  });
  expect(first.end).toBe('interrupted');
  expect(await scene.cordon()).toMatchObject({ type: 'cordoned', already: true });
  expect((await scene.drain()).end).toBe('emptied');
  const uids = scene.simulated.evictions.map(({ uid }) => uid);
  expect(new Set(uids).size).toBe(uids.length);
  expect(uids).toHaveLength(4);
});

test('an abort ends the drain at once, with nothing sent afterwards', async () => {
  await using scene = await openScene();
  addWeb(scene, 3);
  lockWeb(scene);
  const stop = new AbortController();
  const report = await scene.drain({
    signal: stop.signal,
    observe: ({ type }) => type === 'blocked' && stop.abort(),
  });
  expect(report.end).toBe('interrupted');
  await scene.clock.sleep(10_000);
  // Those under way when it aborted; blocked pods would have tried again by now.
  expect(scene.requests('pods/eviction').length).toBeLessThanOrEqual(3);
});

test('a dry run asks once for each pod, names what would block it and changes nothing', async () => {
  await using scene = await openScene();
  addWeb(scene, 2);
  addWeb(scene, 1, { name: 'locked' });
  lockWeb(scene, 'locked');
  const before = scene.simulated.pods();
  const report = await scene.drain({ dryRun: true });
  expect(report.end).toBe('planned');
  expect(resultsOf(report)).toEqual(
    expect.arrayContaining(['would-evict', 'would-evict', 'would-be-blocked']),
  );
  const blocked = report.pods.find(({ outcome }) => outcome.result === 'would-be-blocked');
  expect(blocked?.outcome).toMatchObject({ budgets: ['locked-budget'] });
  expect(scene.simulated.pods()).toEqual(before);
  expect(scene.simulated.requests.map(({ verb, resource }) => `${verb} ${resource}`).toSorted()).toEqual([
    ...Array(3).fill('create pods/eviction'),
    'list poddisruptionbudgets',
    'list pods',
  ]);
});
