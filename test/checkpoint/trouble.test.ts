import { expect, test } from 'vitest';
import { secondsBetween } from '../../functions/clock.ts';
import { respond } from '../../functions/respond/respond.ts';
import { aimEvent, retimeEvent } from '../../functions/signals/retime.ts';
import { doomed } from '../respond/scene.ts';
import { samples } from '../signals/samples.ts';
import { idsOf, openScene, resultsOf, secondsOf } from './scene.ts';

const spot = 'spot-interruption-terminate';

test.concurrent('a run that takes over finds the request in flight and follows it', async () => {
  await using scene = await openScene();
  const [, , third] = scene.train({ savesInSeconds: 30 });
  const stop = new AbortController();
  const dying = scene.send(spot, {}, 0, doomed, { signal: stop.signal });
  if (third) await scene.untilAsked(third);
  stop.abort(new Error('the first run dies'));
  const [first] = await dying;
  expect(first?.outcome.type).toBe('interrupted');
  const [second] = await scene.send(spot);
  expect(second?.outcome.type).toBe('emptied');
  expect(second && idsOf([second])).toEqual([first?.incidentId]);
  expect(second && resultsOf(second)).toEqual(['saved']);
  expect(scene.patches()).toHaveLength(3);
  expect(scene.evictions()).toHaveLength(1);
});

test.concurrent('a run whose lease is lost while training saves is interrupted and evicts nothing more', async () => {
  await using scene = await openScene();
  scene.train({ savesInSeconds: 60 });
  const lost = { ...scene.deps.incidents, heartbeat: async () => 'lost' as const };
  const [report] = await scene.send(spot, { incidents: lost });
  expect(report?.outcome.type).toBe('interrupted');
  expect(scene.evictions()).toEqual([]);
});

test.concurrent('a saved pod that a budget blocks is deleted at its own last safe moment', async () => {
  await using scene = await openScene();
  scene.train({ labels: { app: 'llm-training' }, graceSeconds: 30 });
  scene.cluster.addBudget({
    namespace: 'training',
    name: 'never',
    maxUnavailable: 0,
    selector: { matchLabels: { app: 'llm-training' } },
  });
  const [report] = await scene.send(spot);
  const pod = report?.drain?.pods.find(({ namespace }) => namespace === 'training');
  expect(pod).toMatchObject({
    checkpoint: { result: 'saved' },
    outcome: { result: 'deleted', reason: expect.stringContaining('never') },
  });
  const [override = 0] = (report && secondsOf(report, 'override')) ?? [];
  expect(override).toBeGreaterThanOrEqual(90);
});

test.concurrent('a pod still saving at T+95 that a budget blocks is deleted at T+105', async () => {
  await using scene = await openScene();
  scene.train({ answers: 'started', labels: { app: 'llm-training' } });
  scene.cluster.addBudget({
    namespace: 'training',
    name: 'never',
    maxUnavailable: 0,
    selector: { matchLabels: { app: 'llm-training' } },
  });
  const [report] = await scene.send(spot);
  const pod = report?.drain?.pods.find(({ namespace }) => namespace === 'training');
  expect(pod).toMatchObject({ checkpoint: { result: 'unfinished' }, outcome: { result: 'deleted' } });
  const [override = 0] = (report && secondsOf(report, 'override')) ?? [];
  expect(override).toBeGreaterThanOrEqual(105);
});

test.concurrent('a pod that is already terminating is not asked, only watched', async () => {
  await using scene = await openScene();
  const [pod] = scene.train({ nodes: [scene.node], stopsAfterSeconds: 20 });
  const cluster = await scene.deps.connect('demo');
  const { namespace = '', name = '', uid = '' } = pod?.metadata ?? {};
  await cluster.evict({ namespace, name, uid }, { dryRun: false });
  const [report] = await scene.send(spot);
  const found = report?.drain?.pods.find((each) => each.uid === uid);
  expect(found).toMatchObject({ decision: 'await', reason: 'already-terminating' });
  expect(scene.patches()).toEqual([]);
});

test.concurrent('a pod that another drainer stops while its job saves is not evicted again', async () => {
  await using scene = await openScene();
  const [rank0] = scene.train({ savesInSeconds: 30 });
  const running = scene.send(spot);
  if (rank0) await scene.untilAsked(rank0);
  const cluster = await scene.deps.connect('demo');
  const { namespace = '', name = '', uid = '' } = rank0?.metadata ?? {};
  await cluster.evict({ namespace, name, uid }, { dryRun: false });
  const [report] = await running;
  expect(report && resultsOf(report)).toEqual(['stopped-early']);
  expect(scene.evictions()).toHaveLength(1);
});

test.concurrent('a pod that joins the gang during the save is asked as well', async () => {
  await using scene = await openScene();
  const [rank0] = scene.train({ savesInSeconds: 40, labels: { 'ray.io/cluster': 'llm' } });
  const running = scene.send(spot);
  if (rank0) await scene.untilAsked(rank0);
  const labels = { 'ray.io/cluster': 'llm' };
  const late = scene.cluster.addBarePod({
    namespace: 'training',
    name: 'late',
    node: scene.nodes[2],
    labels,
  });
  await scene.untilAsked(late);
  const [report] = await running;
  expect(scene.request(late)).toMatchObject({ id: report?.incidentId, onDoomedNode: false });
});

test.concurrent('without the right to ask, pods go at once and the missing rule is named; the drain is whole', async () => {
  await using scene = await openScene();
  scene.train();
  scene.cluster.inject({ match: { resource: 'pods/status' }, fault: { type: 'forbidden' } });
  const [report] = await scene.send(spot);
  expect(report?.outcome.type).toBe('emptied');
  expect(report?.training).toMatchObject([
    { checkpoint: { result: 'not-asked', reason: expect.stringContaining('pods/status') } },
  ]);
  const [eviction] = scene.evictions();
  expect(eviction && report && secondsBetween(report.interruption.noticedAt, eviction.at)).toBeLessThan(20);
});

test.concurrent('an API server that loses watches and answers late does not lose the save', async () => {
  await using scene = await openScene();
  const [rank0] = scene.train({ savesInSeconds: 25 });
  const running = scene.send(spot);
  if (rank0) await scene.untilAsked(rank0);
  scene.cluster.compact();
  scene.cluster.dropWatches();
  await scene.clock.sleep(8_000);
  scene.cluster.dropWatches();
  const [report] = await running;
  expect(report && resultsOf(report)).toEqual(['saved']);
});

test.concurrent('a patch whose answer is lost is sent again, and is still one request', async () => {
  await using scene = await openScene();
  scene.train();
  scene.cluster.inject({
    match: { resource: 'pods/status' },
    fault: { type: 'reset', applied: true },
    times: 2,
  });
  const [report] = await scene.send(spot);
  expect(report && resultsOf(report)).toEqual(['saved']);
  expect(report && idsOf([report])).toEqual([report?.incidentId]);
});

test.concurrent('a notice that comes when too little time is left asks nobody', async () => {
  await using scene = await openScene();
  scene.train();
  const [report] = await scene.send(spot, {}, 100);
  expect(report?.training).toMatchObject([
    { checkpoint: { result: 'not-asked', reason: 'too little of the notice is left' } },
  ]);
  expect(scene.patches()).toEqual([]);
  expect(scene.evictions()).toHaveLength(1);
});

test.concurrent('a dry run lets the server check the requests and changes nothing', async () => {
  await using scene = await openScene();
  const gang = scene.train();
  const event = retimeEvent(aimEvent(samples[spot], doomed), scene.clock.now());
  const answer = await respond(event, scene.deps, {
    dryRun: true,
    lastTry: true,
    signal: new AbortController().signal,
    observe: () => undefined,
  });
  const [report] = answer.type === 'responded' ? answer.reports : [];
  expect(report && resultsOf(report)).toEqual(['would-ask']);
  expect(scene.patches()).toHaveLength(3);
  expect(gang.map((pod) => scene.request(pod))).toEqual([undefined, undefined, undefined]);
  expect(scene.cluster.evictions).toEqual([]);
});
