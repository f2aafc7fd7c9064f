import { expect, test } from 'vitest';
import { schemas } from '../../functions/announce/schema.ts';
import { secondsBetween } from '../../functions/clock.ts';
import { doomed } from '../respond/scene.ts';
import { openScene, resultsOf, secondsOf } from './scene.ts';

test.concurrent('a gang on three nodes saves once, then only its pod on the doomed node is evicted', async () => {
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

test.concurrent('a rank that is not 0 is doomed: rank 0, on another node, says that all have saved', async () => {
  await using scene = await openScene();
  const [rank0, , doomedRank] = scene.train({ nodes: scene.nodes.toReversed() });
  const [report] = await scene.send();
  expect(report && resultsOf(report)).toEqual(['saved']);
  expect(scene.evictions().map(({ name }) => name)).toEqual([doomedRank?.metadata.name]);
  expect(rank0 && scene.request(rank0)).toMatchObject({ id: report?.incidentId, onDoomedNode: false });
});

test.concurrent('a single pod saves, and is evicted with its own grace', async () => {
  await using scene = await openScene();
  scene.train({ nodes: [scene.node], graceSeconds: 17 });
  const [report] = await scene.send();
  expect(report && resultsOf(report)).toEqual(['saved']);
  const pod = report?.drain?.pods.find(({ namespace }) => namespace === 'training');
  expect(pod).toMatchObject({
    decision: 'save-first',
    gracePeriodSeconds: 17,
    outcome: { result: 'evicted' },
  });
});

test.concurrent('other pods do not wait for training', async () => {
  await using scene = await openScene();
  scene.train({ savesInSeconds: 60 });
  const [report] = await scene.send();
  const first = scene.cluster.evictions[0]?.at;
  expect(first && report && secondsBetween(report.interruption.noticedAt, first)).toBeLessThan(20);
  expect(scene.cluster.evictions.map(({ namespace }) => namespace)).toEqual([
    'inference',
    'inference',
    'inference',
    'training',
  ]);
});

test.concurrent('a job that never answers is evicted 20 s after the notice, with the time that is left', async () => {
  await using scene = await openScene();
  scene.train({ answers: 'nothing', graceSeconds: 10 });
  const [report] = await scene.send();
  expect(report?.training).toMatchObject([{ checkpoint: { result: 'not-acknowledged' } }]);
  const pod = report?.drain?.pods.find(({ namespace }) => namespace === 'training');
  expect(pod?.outcome.result).toBe('evicted');
  expect(pod?.gracePeriodSeconds).toBeGreaterThan(85);
  expect(report && secondsOf(report, 'unsaved')[0]).toBeGreaterThanOrEqual(20);
});

test.concurrent('a job that began and never ends is evicted 95 s after the notice', async () => {
  await using scene = await openScene();
  scene.train({ answers: 'started' });
  const [report] = await scene.send();
  expect(report && resultsOf(report)).toEqual(['unfinished']);
  expect(report && secondsOf(report, 'saving')[0]).toBeLessThan(20);
  expect(report && secondsOf(report, 'unsaved')[0]).toBeGreaterThanOrEqual(95);
  const pod = report?.drain?.pods.find(({ namespace }) => namespace === 'training');
  expect(pod?.gracePeriodSeconds).toBeLessThanOrEqual(23);
});

test.concurrent('a job that could not save is evicted at once, with the time that is left', async () => {
  await using scene = await openScene();
  scene.train({ answers: 'failed', graceSeconds: 10 });
  const [report] = await scene.send();
  expect(report && resultsOf(report)).toEqual(['failed']);
  const pod = report?.drain?.pods.find(({ namespace }) => namespace === 'training');
  expect(pod?.gracePeriodSeconds).toBeGreaterThan(60);
});

test.concurrent('a job that acknowledges nothing is given its own time-out', async () => {
  await using scene = await openScene();
  const annotations = {
    'spot-responder/checkpoint-ack': 'none',
    'spot-responder/checkpoint-timeout-seconds': '40',
  };
  scene.train({ answers: 'nothing', annotations });
  const [report] = await scene.send();
  expect(report && resultsOf(report)).toEqual(['unconfirmed']);
  const [flagged = 0] = (report && secondsOf(report, 'flagged')) ?? [];
  const [unsaved = 0] = (report && secondsOf(report, 'unsaved')) ?? [];
  expect(unsaved - flagged).toBeGreaterThan(35);
  expect(unsaved).toBeLessThan(80);
});

test.concurrent('an acknowledgement of an earlier request changes nothing', async () => {
  await using scene = await openScene();
  const ack = JSON.stringify({ id: 'i-0b/spot-interruption/1', state: 'Complete', step: 3 });
  scene.train({ answers: 'nothing', annotations: { 'spot-responder/checkpoint-ack': ack } });
  const [report] = await scene.send();
  expect(report && resultsOf(report)).toEqual(['not-acknowledged']);
});

test.concurrent('a gang is told of on the bus: asked, saving, saved, each with its step and place', async () => {
  await using scene = await openScene();
  scene.train();
  const [report] = await scene.send();
  const events = scene.world.account.events.filter(({ detailType }) => detailType.startsWith('Checkpoint'));
  expect(events.map(({ detailType }) => detailType)).toEqual([
    'Checkpoint Requested',
    'Checkpoint Progress',
    'Checkpoint Completed',
  ]);
  for (const { detail } of events) schemas['Checkpoint Requested'].parse(detail);
  expect(events.at(-1)?.detail).toMatchObject({
    incident: report?.incidentId,
    request: report?.incidentId,
    gang: { namespace: 'training', name: 'Job/llm', pods: 3 },
    state: 'saved',
    uri: expect.stringContaining('s3://checkpoints/llm/step-'),
  });
});

test.concurrent('who has no training costs not one request more', async () => {
  await using scene = await openScene();
  await scene.send();
  expect(scene.writes()).not.toContain('patch pods/status');
  const reads = scene.cluster.requests.filter(({ verb }) => verb === 'list' || verb === 'watch');
  expect(reads).toHaveLength(3);
});

test.concurrent('GPU jobs that did not opt in are evicted at once and named with the remedy', async () => {
  await using scene = await openScene();
  const job = { kind: 'Job', namespace: 'training', nodes: [scene.node], gpus: 1 } as const;
  scene.cluster.addWorkload({ ...job, name: 'forgotten' });
  scene.cluster.addWorkload({
    ...job,
    name: 'opted-out',
    labels: { 'spot-responder/checkpoint': 'disabled' },
  });
  const [report] = await scene.send('spot-interruption-terminate', {}, 0, doomed);
  expect(report?.training).toMatchObject([
    {
      checkpoint: {
        result: 'not-opted-in',
        gang: 'Job/forgotten',
        reason: expect.stringContaining('no label'),
      },
    },
  ]);
  expect(scene.patches()).toEqual([]);
});

test.concurrent('a pod of the gang without the label waits with it', async () => {
  await using scene = await openScene();
  const labels = { 'spot-responder/checkpoint-test': 'x', 'ray.io/cluster': 'llm' };
  scene.train({ nodes: [scene.node], labels });
  scene.cluster.addBarePod({ namespace: 'training', name: 'head', node: scene.node, labels });
  const [report] = await scene.send();
  expect(report && resultsOf(report)).toEqual(['saved', 'saved']);
});
