import { expect, test } from 'vitest';
import { openScene, type Scene, withoutTable } from './scene.ts';

const SPOT = 'spot-interruption-terminate';

function endings({ world }: Scene) {
  return world.account.events
    .filter(({ detailType }) => detailType === 'Interruption Handled')
    .map(({ detail }) => Object(detail) as Record<string, unknown>);
}

test('a hard notice is acted on though the table cannot be used, and says so', async () => {
  await using scene = await openScene();
  const [report] = await scene.send(SPOT, { incidents: withoutTable(scene) });
  expect(report?.outcome).toEqual({ type: 'emptied' });
  const unclaimed = report?.moments.find(({ type }) => type === 'unclaimed');
  expect(unclaimed).toMatchObject({ text: expect.stringContaining('nowhere') });
  const node = scene.world.cluster.nodes().find(({ metadata }) => metadata.name === scene.node);
  expect(node?.spec.unschedulable).toBe(true);
});

test('what it tells is older than what any claimed run tells, and no secret is in it', async () => {
  await using scene = await openScene();
  const [first] = await scene.send(SPOT, { incidents: withoutTable(scene) });
  const age = (scene.clock.now().getTime() - (first?.interruption.noticedAt.getTime() ?? 0)) / 1000;
  const [second] = await scene.send(SPOT, {}, age);
  expect(second?.incidentId).toBe(first?.incidentId);
  expect(second?.outcome).toEqual({ type: 'emptied' });
  const [unclaimed, claimed] = endings(scene);
  expect(unclaimed?.incident).toBe(claimed?.incident);
  expect(Number(unclaimed?.revision)).toBeLessThan(1_000_000);
  expect(Number(claimed?.revision)).toBeGreaterThanOrEqual(1_000_000);
  expect(JSON.stringify(scene.world.account.events)).not.toMatch(/very-secret|AKIAEXAMPLE/);
});

test('two runs at once without the table do not disturb each other', async () => {
  await using scene = await openScene();
  const incidents = withoutTable(scene);
  const [one, other] = await Promise.all([scene.send(SPOT, { incidents }), scene.send(SPOT, { incidents })]);
  expect([one[0]?.outcome.type, other[0]?.outcome.type]).toEqual(['emptied', 'emptied']);
});

test('a soft notice is not: its table must be mended, nothing is changed and people hear why', async () => {
  await using scene = await openScene();
  const choices = { ...scene.deps.choices, onRebalance: 'drain' as const };
  const [report] = await scene.send('rebalance-recommendation', { choices, incidents: withoutTable(scene) });
  expect(report?.outcome).toMatchObject({ type: 'failed', reason: expect.stringContaining('nowhere') });
  expect(scene.writes()).toEqual([]);
  expect(endings(scene)).toMatchObject([
    { cluster: 'demo', revision: 0, outcome: { type: 'failed', reason: expect.stringContaining('nowhere') } },
  ]);
});
