import { expect, test } from 'vitest';
import { addWeb, limitWeb, lockWeb, NODE, openScene, resultsOf } from './scene.ts';

test('a budget that blocks at first and frees later lets every pod leave in the orderly way', async () => {
  await using scene = await openScene();
  addWeb(scene, 3);
  limitWeb(scene);
  const report = await scene.drain();
  expect(report.end).toBe('emptied');
  expect(resultsOf(report)).toEqual(['evicted', 'evicted', 'evicted']);
  expect(
    scene.progress.some(({ type, detail }) => type === 'blocked' && detail === 'budget web-budget'),
  ).toBe(true);
  expect(scene.requests('pods', 'delete')).toHaveLength(0);
});

test('on a hard signal a budget that never frees is overridden at the last safe moment, with the grace that is left', async () => {
  await using scene = await openScene(10);
  const [pod] = addWeb(scene, 1, { stopsAfterSeconds: 3 });
  lockWeb(scene);
  const report = await scene.drain({ deadlineSeconds: 45 });
  expect(report.end).toBe('emptied');
  const [only] = report.pods;
  expect(only?.outcome).toMatchObject({ result: 'deleted', reason: expect.stringContaining('web-budget') });
  expect(only?.gracePeriodSeconds).toBeGreaterThanOrEqual(25);
  expect(only?.gracePeriodSeconds).toBeLessThanOrEqual(28);
  const override = scene.progress.find(({ type }) => type === 'override');
  expect(scene.seconds(override?.at)).toBeGreaterThan(14);
  expect(scene.seconds(override?.at)).toBeLessThan(20);
  // Karpenter lets such a pod die without its grace; this one had DisruptionTarget and a SIGTERM.
  expect(scene.requests('pods/status', 'patch').map(({ name }) => name)).toEqual([pod?.metadata.name]);
  expect(scene.requests('pods', 'delete')).toHaveLength(1);
});

test('a blocked pod is asked for every one to two seconds, not more often', async () => {
  await using scene = await openScene();
  addWeb(scene, 1);
  lockWeb(scene);
  await scene.drain({ severity: 'soft', deadlineSeconds: null, giveUpSeconds: 40 });
  const attempts = scene.requests('pods/eviction').length;
  expect(attempts).toBeGreaterThanOrEqual(15);
  expect(attempts).toBeLessThanOrEqual(41);
});

test('on a soft signal a budget is never overridden: the pod is reported blocked, by name', async () => {
  await using scene = await openScene();
  addWeb(scene, 1);
  addWeb(scene, 1, { name: 'free' });
  lockWeb(scene);
  const report = await scene.drain({ severity: 'soft', deadlineSeconds: 40 });
  expect(report.end).toBe('blocked');
  expect(resultsOf(report).toSorted()).toEqual(['blocked', 'evicted']);
  expect(report.pods.find(({ outcome }) => outcome.result === 'blocked')?.outcome).toMatchObject({
    budgets: ['web-budget'],
  });
  expect(scene.requests('pods', 'delete')).toHaveLength(0);
  expect(report.pods.every(({ gracePeriodSeconds }) => gracePeriodSeconds === undefined)).toBe(true);
});

test('a hard signal whose end nobody knows overrides nothing', async () => {
  await using scene = await openScene();
  addWeb(scene, 1);
  lockWeb(scene);
  const report = await scene.drain({ deadlineSeconds: null, giveUpSeconds: 20 });
  expect(report.end).toBe('blocked');
  expect(scene.requests('pods', 'delete')).toHaveLength(0);
});

test('a late notice still asks first, then overrides with time for the pod to stop', async () => {
  await using scene = await openScene();
  addWeb(scene, 1);
  lockWeb(scene);
  const report = await scene.drain({ deadlineSeconds: 18 });
  expect(report.end).toBe('emptied');
  expect(resultsOf(report)).toEqual(['deleted']);
  expect(scene.requests('pods/eviction').length).toBeGreaterThanOrEqual(1);
});

test('two budgets on one pod: refused for good, deleted at the last safe moment when hard', async () => {
  await using scene = await openScene();
  addWeb(scene, 1);
  for (const name of ['one', 'two']) {
    scene.simulated.addBudget({
      namespace: 'default',
      name,
      selector: { matchLabels: { app: 'web' } },
      maxUnavailable: 1,
    });
  }
  const report = await scene.drain({ deadlineSeconds: 50 });
  expect(report.end).toBe('emptied');
  expect(report.pods[0]?.outcome).toMatchObject({
    result: 'deleted',
    reason: expect.stringMatching(/one.*two/),
  });
  expect(scene.requests('pods/eviction')).toHaveLength(1);
});

test('two budgets on one pod: failed at once when soft', async () => {
  await using scene = await openScene();
  addWeb(scene, 1);
  for (const name of ['one', 'two']) {
    scene.simulated.addBudget({
      namespace: 'default',
      name,
      selector: { matchLabels: { app: 'web' } },
      maxUnavailable: 1,
    });
  }
  const report = await scene.drain({ severity: 'soft' });
  expect(report.end).toBe('blocked');
  expect(resultsOf(report)).toEqual(['failed']);
  expect(scene.seconds(scene.clock.now())).toBeLessThan(60);
});

test('a conflict on the budget is never the end of it', async () => {
  await using scene = await openScene();
  addWeb(scene, 2);
  scene.simulated.inject({
    match: { resource: 'pods/eviction' },
    fault: { type: 'budget-conflict', budget: 'web-budget' },
    times: 8,
  });
  const report = await scene.drain();
  expect(report.end).toBe('emptied');
  expect(resultsOf(report)).toEqual(['evicted', 'evicted']);
});

test('evictions through one budget are at most two at a time', async () => {
  await using scene = await openScene(10);
  addWeb(scene, 8, { stopsAfterSeconds: 1 });
  scene.simulated.addBudget({
    namespace: 'default',
    name: 'web-budget',
    selector: { matchLabels: { app: 'web' } },
    maxUnavailable: 8,
  });
  scene.simulated.inject({ match: { resource: 'pods/eviction' }, fault: { type: 'slow', ms: 2_000 } });
  const report = await scene.drain();
  expect(report.end).toBe('emptied');
  const sent = scene.requests('pods/eviction').map(({ at }) => scene.seconds(at));
  const early = sent.filter((seconds) => seconds < (sent[0] ?? 0) + 1.5);
  expect(early).toHaveLength(2);
});

test('pods queued behind a slow budget still get their override in time, each with its grace', async () => {
  await using scene = await openScene(10);
  addWeb(scene, 10, { stopsAfterSeconds: 2 });
  lockWeb(scene);
  scene.simulated.inject({ match: { resource: 'pods/eviction' }, fault: { type: 'slow', ms: 15_000 } });
  const report = await scene.drain({ deadlineSeconds: 50 });
  expect(report.end).toBe('emptied');
  expect(resultsOf(report)).toEqual(Array(10).fill('deleted'));
  for (const { gracePeriodSeconds, outcome } of report.pods) {
    expect(gracePeriodSeconds).toBeGreaterThanOrEqual(20);
    expect(outcome).toMatchObject({
      reason: expect.stringMatching(/budget web-budget|not answered in time/),
    });
  }
});

test('a pod that another removes while it is blocked needs no override', async () => {
  await using scene = await openScene();
  const pod = scene.simulated.addBarePod({
    namespace: 'default',
    name: 'job',
    node: NODE,
    labels: { app: 'job' },
  });
  lockWeb(scene, 'job');
  const drained = scene.drain({
    deadlineSeconds: 60,
    observe: ({ type }) => type === 'blocked' && scene.simulated.removeNode(NODE),
  });
  const report = await drained;
  expect(report.end).toBe('emptied');
  expect(report.pods).toMatchObject([{ uid: pod.metadata.uid, outcome: { result: 'already-gone' } }]);
  expect(scene.requests('pods', 'delete')).toHaveLength(0);
});
