import { expect, test } from 'vitest';
import { addWeb, lockWeb, NODE, openScene, resultsOf } from './scene.ts';

test('a dropped watch is resumed from a new list', async () => {
  await using scene = await openScene();
  addWeb(scene, 2, { stopsAfterSeconds: 10 });
  let dropped = false;
  const report = await scene.drain({
    observe: ({ type }) => {
      if (type === 'accepted' && !dropped) {
        dropped = true;
        scene.simulated.dropWatches();
      }
    },
  });
  expect(report.end).toBe('emptied');
  expect(resultsOf(report)).toEqual(['evicted', 'evicted']);
  expect(scene.requests('pods', 'watch')).toHaveLength(2);
  expect(scene.progress.map(({ type }) => type)).toContain('watch-lost');
});

test('pods that left while the watch was down are found missing on the list', async () => {
  await using scene = await openScene();
  addWeb(scene, 2, { stopsAfterSeconds: 1 });
  scene.simulated.inject({ match: { verb: 'watch' }, fault: { type: 'slow', ms: 6_000 }, times: 1 });
  scene.simulated.inject({ match: { verb: 'watch' }, fault: { type: 'reset' }, times: 1 });
  const report = await scene.drain();
  expect(report.end).toBe('emptied');
});

test('a version that expired (410) is not the end of the watch', async () => {
  await using scene = await openScene();
  addWeb(scene, 2, { stopsAfterSeconds: 8 });
  const report = await scene.drain({
    beforeActing: () => {
      addWeb(scene, 1, { name: 'late' });
      scene.simulated.compact();
    },
  });
  expect(report.end).toBe('emptied');
  expect(resultsOf(report)).toEqual(['evicted', 'evicted', 'evicted']);
});

test('overload (429 with Retry-After) is waited for as the server asks', async () => {
  await using scene = await openScene();
  addWeb(scene, 1);
  scene.simulated.inject({
    match: { resource: 'pods/eviction' },
    fault: { type: 'too-many-requests', retryAfterSeconds: 7 },
    times: 1,
  });
  const report = await scene.drain();
  expect(resultsOf(report)).toEqual(['evicted']);
  const [first, second] = scene.requests('pods/eviction').map(({ at }) => scene.seconds(at));
  expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(7);
});

test.each([
  ['500', { type: 'server-error' } as const],
  ['a reset connection', { type: 'reset' } as const],
])('%s is tried again', async (_, fault) => {
  await using scene = await openScene();
  addWeb(scene, 2);
  scene.simulated.inject({ match: { resource: 'pods/eviction' }, fault, times: 3 });
  const report = await scene.drain();
  expect(report.end).toBe('emptied');
  expect(resultsOf(report)).toEqual(['evicted', 'evicted']);
});

test('an eviction whose answer was lost is recognised on the watch and not sent twice', async () => {
  await using scene = await openScene();
  addWeb(scene, 1, { stopsAfterSeconds: 20 });
  scene.simulated.inject({
    match: { resource: 'pods/eviction' },
    fault: { type: 'reset', applied: true },
    times: 1,
  });
  const report = await scene.drain();
  expect(report.end).toBe('emptied');
  expect(resultsOf(report)).toEqual(['evicted']);
  expect(scene.simulated.evictions).toHaveLength(1);
  expect(scene.requests('pods/eviction')).toHaveLength(1);
});

test('an override survives errors of the server', async () => {
  await using scene = await openScene();
  addWeb(scene, 1);
  lockWeb(scene);
  scene.simulated.inject({
    match: { verb: 'delete', resource: 'pods' },
    fault: { type: 'server-error' },
    times: 2,
  });
  const report = await scene.drain({ deadlineSeconds: 50 });
  expect(report.end).toBe('emptied');
  expect(resultsOf(report)).toEqual(['deleted']);
});

test('a missing permission for the condition does not cost the pod its grace', async () => {
  await using scene = await openScene();
  addWeb(scene, 1);
  lockWeb(scene);
  scene.simulated.inject({ match: { resource: 'pods/status' }, fault: { type: 'forbidden' } });
  const report = await scene.drain({ deadlineSeconds: 50 });
  expect(resultsOf(report)).toEqual(['deleted']);
});

test('a missing permission to evict is thrown once, and ends the drain', async () => {
  await using scene = await openScene();
  addWeb(scene, 5);
  scene.simulated.inject({ match: { resource: 'pods/eviction' }, fault: { type: 'forbidden' } });
  await expect(scene.drain()).rejects.toMatchObject({ name: 'ClusterError', fault: 'forbidden' });
  await scene.clock.sleep(5_000);
  expect(scene.requests('pods/eviction').length).toBeLessThanOrEqual(5);
});

test('a missing permission to watch is thrown too', async () => {
  await using scene = await openScene();
  addWeb(scene, 1, { stopsAfterSeconds: 20 });
  scene.simulated.inject({ match: { verb: 'watch' }, fault: { type: 'forbidden' } });
  await expect(scene.drain()).rejects.toMatchObject({ fault: 'forbidden' });
});

test('the node going away in the middle empties the drain', async () => {
  await using scene = await openScene();
  addWeb(scene, 2, { stopsAfterSeconds: 60 });
  const report = await scene.drain({
    observe: ({ type }) => type === 'accepted' && scene.simulated.removeNode(NODE),
  });
  expect(report.end).toBe('emptied');
});

test('a deletion that is not answered is sent again while it still helps', async () => {
  await using scene = await openScene(20);
  addWeb(scene, 1);
  lockWeb(scene);
  scene.simulated.inject({
    match: { verb: 'delete', resource: 'pods' },
    fault: { type: 'slow', ms: 300_000 },
    times: 1,
  });
  const report = await scene.drain({ deadlineSeconds: 60 });
  expect(report.end).toBe('emptied');
  expect(resultsOf(report)).toEqual(['deleted']);
  expect(scene.requests('pods', 'delete').length).toBeGreaterThan(1);
});
