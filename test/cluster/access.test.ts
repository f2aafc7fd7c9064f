import { expect, test } from 'vitest';
import type { Fault } from '../../simulator/cluster/faults.ts';
import { addWeb, NODE, openScene, resultsOf, type Scene } from '../drain/scene.ts';

const forbidden: Fault = { type: 'forbidden' };
const unauthorized: Fault = { type: 'unauthorized' };
const reset: Fault = { type: 'reset' };

/** The API server goes away and comes back; for so many seconds it knows nobody. */
function restart({ simulated, clock }: Scene, fault: Fault, seconds: number) {
  const until = clock.now().getTime() + seconds * 1000;
  simulated.inject({ match: () => true, fault: reset, times: 1 });
  simulated.inject({ match: ({ at }) => at.getTime() < until, fault });
}

test.each([
  ['rules', forbidden],
  ['token', unauthorized],
])('an API server that has restarted and does not know our %s yet is asked again', async (_, fault) => {
  await using scene = await openScene();
  addWeb(scene, 2);
  await scene.cluster.listPodsOnNode(NODE);
  restart(scene, fault, 1);
  expect((await scene.cluster.listPodsOnNode(NODE)).pods).toHaveLength(2);
});

test('a drain goes on through such a restart', async () => {
  await using scene = await openScene();
  addWeb(scene, 3);
  const report = await scene.drain({ beforeActing: () => restart(scene, forbidden, 3) });
  expect(resultsOf(report)).toEqual(['evicted', 'evicted', 'evicted']);
});

test('a refusal that does not pass is told, with its remedy', async () => {
  await using scene = await openScene();
  addWeb(scene, 1);
  const drain = scene.drain({ beforeActing: () => restart(scene, forbidden, Number.POSITIVE_INFINITY) });
  await expect(drain).rejects.toMatchObject({
    fault: 'forbidden',
    message: expect.stringContaining('infra/k8s/rbac.yaml'),
  });
  expect(scene.seconds(scene.clock.now())).toBeLessThan(60);
});

test.each<[string, readonly Fault[]]>([
  ['from the start', [forbidden]],
  ['by a server that has just come and never let us in', [reset, forbidden]],
])('a refusal %s is told at once', async (_, faults) => {
  await using scene = await openScene();
  for (const fault of faults)
    scene.simulated.inject({ match: () => true, fault, ...(fault === reset && { times: 1 }) });
  await expect(scene.cluster.listPodsOnNode(NODE)).rejects.toMatchObject({ fault: 'forbidden' });
  expect(scene.requests('pods', 'list')).toHaveLength(faults.length);
});

test('a rule taken away under an unbroken connection is told at once', async () => {
  await using scene = await openScene();
  await scene.cluster.listPodsOnNode(NODE);
  scene.simulated.inject({ match: () => true, fault: forbidden });
  await expect(scene.cluster.listPodsOnNode(NODE)).rejects.toMatchObject({ fault: 'forbidden' });
  expect(scene.requests('pods', 'list')).toHaveLength(2);
});
