import { expect, test } from 'vitest';
import { doomedToo, openScene, secondsOf } from './scene.ts';

test('a gang on three nodes saves once, then only its pod on the doomed node is evicted', async () => {
  await using scene = await openScene();
  const gang = scene.train();
  const [report] = await scene.send();
  expect(report?.outcome).toEqual({ type: 'emptied' });
  expect(report?.training).toMatchObject([
    {
      namespace: 'training',
      checkpoint: {
        result: 'saved',
        id: report?.incidentId,
        gang: 'Job/llm',
        lost: expect.stringMatching(/after \d+/),
      },
    },
  ]);
  expect(scene.evictions()).toHaveLength(1);
  expect(scene.patches()).toHaveLength(3);
  expect(gang.slice(1).map((pod) => scene.request(pod))).toMatchObject([
    {
      id: report?.incidentId,
      reason: 'SpotInterruption',
      onDoomedNode: false,
      deadline: report?.interruption.deadline,
    },
    { id: report?.incidentId, onDoomedNode: false },
  ]);
  expect(report && secondsOf(report, 'saved')[0]).toBeGreaterThan(10);
});

test('a job that never answers is evicted 20 s after the notice, with the time that is left', async () => {
  await using scene = await openScene();
  scene.train({ answers: 'nothing', graceSeconds: 10 });
  const [report] = await scene.send();
  expect(report?.training).toMatchObject([{ checkpoint: { result: 'not-acknowledged' } }]);
  const pod = report?.drain?.pods.find(({ namespace }) => namespace === 'training');
  expect(pod?.outcome.result).toBe('evicted');
  expect(pod?.gracePeriodSeconds).toBeGreaterThan(85);
  expect(report && secondsOf(report, 'unsaved')[0]).toBeGreaterThanOrEqual(20);
});

test('a rebalance asks the gang to save and evicts nobody', async () => {
  await using scene = await openScene();
  const gang = scene.train();
  const [report] = await scene.send('rebalance-recommendation');
  expect(report?.outcome.type).toBe('told');
  expect(report?.training).toMatchObject([
    { checkpoint: { result: 'saved', id: report?.incidentId, lost: 'nothing, it trains on' } },
  ]);
  expect(scene.evictions()).toEqual([]);
  expect(gang.map((pod) => scene.request(pod)?.onDoomedNode)).toEqual([false, false, false]);
});

test('two nodes of a gang go at once: one request, both pods evicted after the one save', async () => {
  await using scene = await openScene();
  const gang = scene.train();
  const reports = (
    await Promise.all([scene.send(), scene.send('spot-interruption-terminate', {}, 0, doomedToo)])
  ).flat();
  expect(reports.map(({ outcome }) => outcome.type)).toEqual(['emptied', 'emptied']);
  const ids = new Set(
    reports.flatMap(({ training = [] }) =>
      training.map(({ checkpoint }) => 'id' in checkpoint && checkpoint.id),
    ),
  );
  expect(ids.size).toBe(1);
  expect(gang[2] && ids.has(scene.request(gang[2])?.id ?? '')).toBe(true);
  expect(scene.evictions()).toHaveLength(2);
});
