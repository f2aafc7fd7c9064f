import { expect, test } from 'vitest';
import { systemClock } from '../../functions/clock.ts';
import { trafficByCluster } from '../../functions/drain/traffic.ts';
import { addWeb, lockWeb, openScene, resultsOf, type Scene } from './scene.ts';

const never = new AbortController().signal;

test('drains of one cluster share their slots and their budgets, drains of two do not', () => {
  const traffic = trafficByCluster(systemClock);
  expect(traffic('prod')).toBe(traffic('prod'));
  expect(traffic('prod')).not.toBe(traffic('staging'));
});

async function openShelfScene(speed?: number): Promise<Scene> {
  const scene = await openScene(speed);
  addWeb(scene, 1);
  lockWeb(scene);
  return scene;
}

const listsOf = (scene: Scene) => scene.requests('poddisruptionbudgets', 'list').length;

test('a storm reads the budgets once', async () => {
  await using scene = await openShelfScene(1);
  const read = () => scene.deps.shelf.read(scene.cluster, never);
  const books = await Promise.all(Array.from({ length: 50 }, read));
  expect(new Set(books.map((budgets) => budgets[0]?.name))).toEqual(new Set(['web-budget']));
  await read();
  expect(listsOf(scene)).toBe(1);
});

test('budgets older than a storm are read again', async () => {
  await using scene = await openShelfScene();
  await scene.deps.shelf.read(scene.cluster, never);
  await scene.clock.sleep(5_000);
  await scene.deps.shelf.read(scene.cluster, never);
  expect(listsOf(scene)).toBe(2);
});

test('who stops waiting for the budgets takes them from nobody else', async () => {
  await using scene = await openShelfScene();
  scene.simulated.inject({
    match: { resource: 'poddisruptionbudgets' },
    fault: { type: 'slow', ms: 2_000 },
    times: 1,
  });
  const leaver = new AbortController();
  const left = scene.deps.shelf.read(scene.cluster, leaver.signal);
  const stayed = scene.deps.shelf.read(scene.cluster, never);
  leaver.abort(new Error('the drain is over'));
  await expect(left).rejects.toThrow('the drain is over');
  expect(await stayed).toHaveLength(1);
  expect(listsOf(scene)).toBe(1);
});

test('a read that everybody left is begun anew by the next', async () => {
  await using scene = await openShelfScene();
  scene.simulated.inject({
    match: { resource: 'poddisruptionbudgets' },
    fault: { type: 'slow', ms: 60_000 },
    times: 1,
  });
  const leaver = new AbortController();
  const left = scene.deps.shelf.read(scene.cluster, leaver.signal);
  leaver.abort(new Error('the drain is over'));
  await expect(left).rejects.toThrow('the drain is over');
  expect(await scene.deps.shelf.read(scene.cluster, never)).toHaveLength(1);
});

test('a refusal is told to all who wait, and forgotten', async () => {
  await using scene = await openShelfScene();
  scene.simulated.inject({
    match: { resource: 'poddisruptionbudgets' },
    fault: { type: 'forbidden' },
    times: 1,
  });
  const read = () => scene.deps.shelf.read(scene.cluster, never);
  const answers = await Promise.allSettled([read(), read()]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await read()).toHaveLength(1);
});

test('while the budgets are not known, the pods of a namespace go two at a time', async () => {
  await using scene = await openScene();
  addWeb(scene, 8);
  scene.simulated.inject({ match: { resource: 'pods/eviction' }, fault: { type: 'slow', ms: 2_000 } });
  let [underWay, most] = [0, 0];
  const report = await scene.drain({
    budgetsKnown: false,
    observe: ({ type }) => {
      if (type === 'evict-sent') underWay += 1;
      if (type === 'accepted') underWay -= 1;
      most = Math.max(most, underWay);
    },
  });
  expect(resultsOf(report)).toEqual(Array.from({ length: 8 }, () => 'evicted'));
  expect(most).toBe(2);
});
