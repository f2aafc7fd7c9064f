import { expect, test } from 'vitest';
import { addWeb, limitWeb, lockWeb, NODE, openScene, resultsOf } from './scene.ts';

test('a pod that its budget let go and nobody deleted is deleted at once, without an override, on a soft signal too', async () => {
  await using scene = await openScene();
  const [lost] = addWeb(scene, 3);
  limitWeb(scene);
  await scene.clock.sleep(2_000);
  scene.simulated.chargeBudget('default', 'web-budget', lost?.metadata.name ?? '');
  const report = await scene.drain({ severity: 'soft', deadlineSeconds: 90 });
  expect(report.end).toBe('emptied');
  expect(resultsOf(report)).toEqual(['evicted', 'evicted', 'evicted']);
  expect(scene.requests('pods', 'delete').map(({ name }) => name)).toEqual([lost?.metadata.name]);
  expect(scene.requests('pods/status', 'patch').map(({ name }) => name)).toEqual([lost?.metadata.name]);
  expect(scene.progress.some(({ type }) => type === 'override')).toBe(false);
});

test('a charge that nobody takes back is void after its two minutes, and no reason to go on deleting', async () => {
  await using scene = await openScene();
  const [pod] = addWeb(scene, 1);
  lockWeb(scene);
  await scene.clock.sleep(2_000);
  scene.simulated.chargeBudget('default', 'web-budget', pod?.metadata.name ?? '');
  scene.simulated.inject({
    match: ({ resource, verb }) => resource === 'pods' && verb === 'delete',
    fault: { type: 'server-error' },
  });
  const began = scene.clock.now().getTime();
  const report = await scene.drain({ severity: 'soft', deadlineSeconds: 180 });
  expect(resultsOf(report)).toEqual(['blocked']);
  const tries = scene.requests('pods', 'delete').map(({ at }) => (at.getTime() - began) / 1000);
  expect(tries.length).toBeGreaterThan(2);
  expect(Math.max(...tries)).toBeLessThan(115);
});

test('a charge for an earlier pod of the same name lets nothing past the budget', async () => {
  await using scene = await openScene();
  lockWeb(scene);
  scene.simulated.chargeBudget('default', 'web-budget', 'web-0');
  await scene.clock.sleep(2_000);
  const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', uid: 'uid-of-web' };
  const labels = { app: 'web' };
  scene.simulated.addBarePod({ namespace: 'default', name: 'web-0', node: NODE, labels, owner });
  const report = await scene.drain({ severity: 'soft', deadlineSeconds: 20 });
  expect(resultsOf(report)).toEqual(['blocked']);
  expect(scene.requests('pods', 'delete')).toHaveLength(0);
});

test('budgets are read once in five seconds for all the pods they block, not once for each', async () => {
  await using scene = await openScene();
  addWeb(scene, 10);
  lockWeb(scene);
  await scene.drain({ severity: 'soft', deadlineSeconds: 40 });
  const reads = scene.requests('poddisruptionbudgets', 'list').length;
  expect(reads).toBeGreaterThan(2);
  expect(reads).toBeLessThanOrEqual(10);
});
