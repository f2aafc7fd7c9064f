import { expect, test } from 'vitest';
import { encodeRequest } from '../../functions/checkpoint/wire.ts';
import type { NodeOwner } from '../../functions/locate/located.ts';
import { defaultChoices } from '../../functions/respond/policy.ts';
import { doomed } from '../respond/scene.ts';
import { idsOf, openScene, resultsOf, secondsOf } from './scene.ts';

const rebalance = 'rebalance-recommendation';
const spot = 'spot-interruption-terminate';

test.concurrent('a rebalance asks the gang to save and evicts nobody', async () => {
  await using scene = await openScene();
  const gang = scene.train();
  const [report] = await scene.send(rebalance);
  expect(report?.outcome.type).toBe('told');
  expect(report?.training).toMatchObject([
    { checkpoint: { result: 'saved', id: report?.incidentId, lost: 'nothing, it trains on' } },
  ]);
  expect(scene.evictions()).toEqual([]);
  expect(gang.map((pod) => scene.request(pod)?.onDoomedNode)).toEqual([false, false, false]);
});

test.concurrent('a rebalance of a node without training costs one list', async () => {
  await using scene = await openScene();
  const [report] = await scene.send(rebalance);
  expect(report?.outcome.type).toBe('told');
  expect(report?.requests).toEqual({ 'list pods': 1 });
});

test.concurrent('rebalances of a gang’s other nodes leave it alone for ten minutes', async () => {
  await using scene = await openScene();
  scene.train();
  await scene.send(rebalance);
  const before = scene.patches().length;
  await scene.clock.sleep(60_000);
  const [second] = await scene.send(rebalance, {}, 0, scene.doomedToo);
  expect(second?.training).toMatchObject([
    { checkpoint: { result: 'not-asked', reason: expect.stringMatching(/^asked \d+ s ago$/) } },
  ]);
  expect(scene.patches()).toHaveLength(before);
});

test.concurrent('an interruption during the save changes the deadline, and nothing is saved twice', async () => {
  await using scene = await openScene();
  const [, other, another] = scene.train({ savesInSeconds: 40 });
  const first = scene.send(rebalance);
  if (another) await scene.untilAsked(another);
  const [report] = await scene.send(spot);
  const [soft] = await first;
  expect(report && resultsOf(report)).toEqual(['saved']);
  expect(report && idsOf([report])).toEqual([soft?.incidentId]);
  expect(other && scene.request(other)).toMatchObject({
    id: soft?.incidentId,
    reason: 'SpotInterruption',
    deadline: report?.interruption.deadline,
  });
  expect(scene.evictions()).toHaveLength(1);
});

test.concurrent('an interruption 30 s after the save evicts at once', async () => {
  await using scene = await openScene();
  scene.train();
  const [soft] = await scene.send(rebalance);
  const before = scene.patches().length;
  await scene.clock.sleep(30_000);
  const [report] = await scene.send(spot);
  expect(report && idsOf([report])).toEqual([soft?.incidentId]);
  expect(report && resultsOf(report)).toEqual(['saved']);
  expect(report && secondsOf(report, 'saved')[0]).toBeLessThan(15);
  expect(scene.patches()).toHaveLength(before);
});

test.concurrent('an interruption 20 minutes after the save asks again', async () => {
  await using scene = await openScene();
  const [rank0] = scene.train();
  const past = (seconds: number) => new Date(scene.clock.now().getTime() - seconds * 1000);
  for (const { metadata } of scene.cluster.pods().filter((pod) => pod.metadata.namespace === 'training'))
    scene.cluster.annotatePod('training', metadata.name, {
      'spot-responder/checkpoint-request': encodeRequest({
        id: `${doomed}/rebalance-recommendation/1`,
        reason: 'RebalanceRecommendation',
        deadline: past(595),
        onDoomedNode: false,
        requestedAt: past(1220),
      }),
    });
  scene.cluster.annotatePod('training', rank0?.metadata.name ?? '', {
    'spot-responder/checkpoint-ack': JSON.stringify({
      id: `${doomed}/rebalance-recommendation/1`,
      state: 'Complete',
      step: 3,
      at: past(1200).toISOString(),
    }),
  });
  const [report] = await scene.send(spot);
  expect(report && idsOf([report])).toEqual([report?.incidentId]);
  expect(report && resultsOf(report)).toEqual(['saved']);
});

test.concurrent('where rebalances drain, training saves beside the drain and stays', async () => {
  await using scene = await openScene();
  scene.train();
  const choices = { ...defaultChoices, onRebalance: 'drain' as const };
  const [report] = await scene.send(rebalance, { choices });
  expect(report?.outcome.type).toBe('emptied');
  expect(report && resultsOf(report)).toEqual(['saved']);
  expect(scene.evictions()).toEqual([]);
  expect(scene.cluster.evictions).toHaveLength(3);
});

test.concurrent.each([
  { type: 'karpenter', nodePool: 'gpu' },
  { type: 'auto-mode', nodePool: 'gpu' },
] satisfies NodeOwner[])(
  'a node that $type drains itself: training is asked, nothing else is touched',
  async (owner) => {
    await using scene = await openScene();
    const gang = scene.train();
    const locator = {
      ...scene.deps.locator,
      locate: async (instanceId: typeof doomed) => {
        const location = await scene.deps.locator.locate(instanceId);
        return location.type === 'located'
          ? { ...location, instance: { ...location.instance, owner } }
          : location;
      },
    };
    const [report] = await scene.send(spot, { locator });
    expect(report?.outcome.type).toBe('told');
    expect(report && resultsOf(report)).toEqual(['saved']);
    expect(scene.writes()).toEqual(Array(3).fill('patch pods/status'));
    expect(gang[0] && scene.request(gang[0])).toMatchObject({ onDoomedNode: true });
  },
);

test.concurrent('hibernation: cordoned, training asked, nobody evicted', async () => {
  await using scene = await openScene();
  scene.train({ savesInSeconds: 3 });
  const [report] = await scene.send('spot-interruption-hibernate');
  expect(report?.outcome.type).toBe('cordoned');
  expect(report && resultsOf(report)).toEqual(['saved']);
  expect(scene.cluster.evictions).toEqual([]);
});

test.concurrent('an instance that is already going is not asked: its pods are moved at once', async () => {
  await using scene = await openScene();
  scene.train();
  const [report] = await scene.send('instance-state-change');
  expect(report?.training).toMatchObject([
    { checkpoint: { result: 'not-asked', reason: 'the instance is already going' } },
  ]);
  expect(scene.patches()).toEqual([]);
  expect(scene.evictions()).toHaveLength(1);
});

test.concurrent('a cluster that cannot be asked on a rebalance is told, not failed', async () => {
  await using scene = await openScene();
  scene.train();
  scene.cluster.inject({ match: { verb: 'list' }, fault: { type: 'forbidden' } });
  const [report] = await scene.send(rebalance);
  expect(report?.outcome).toMatchObject({
    type: 'told',
    reason: expect.stringMatching(/could not be asked to save: .*verbs: \["list"\]/),
  });
});
