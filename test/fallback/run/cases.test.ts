import { afterEach, expect, test } from 'vitest';
import { runFallback } from '../../../functions/fallback/run/pass.ts';
import { frozen } from './frozen.ts';
import { deny, loseOne } from './market.ts';
import { type FallbackScene, NO_CAPACITY, startFallbackScene } from './scene.ts';

/** The twelve cases, over the wire: account, API server and table. The way back: return.test.ts. 4, 7 and 12 are about numbers: decide.test.ts, simulate.test.ts. */
let scene: FallbackScene;

afterEach(() => scene.close());

const HOLD = { 'spot-responder/hold-minutes': '5' };

test('1: one notice, and spot back within minutes, buys nothing', async () => {
  scene = await startFallbackScene();
  await scene.minutes(1);
  scene.doom(scene.members('spot')[0] ?? '');
  await scene.minutes(10);
  expect(scene.members('spot')).toHaveLength(2);
  expect(scene.told()).toEqual([]);
  expect(scene.desired('on-demand')).toBe(0);
});

test('2: a notice and a capacity failure buy on demand at the next run', async () => {
  scene = await startFallbackScene();
  await loseOne(scene);
  await scene.minutes(1);
  expect(scene.desired('on-demand')).toBe(0);
  await scene.minutes(1);
  expect(scene.desired('on-demand')).toBe(1);
  expect(scene.told()).toMatchObject([
    { action: 'scale-out', shortGpus: 0, launches: [{ group: 'on-demand', desired: 1 }] },
  ]);
});

test('3: of runs at the same time one acts, and more runs change nothing', async () => {
  scene = await startFallbackScene();
  await loseOne(scene);
  await scene.minutes(2);
  await scene.clock.advance(60_000);
  scene.account.retryLaunches();
  const runs = ['a', 'b', 'c'].map((owner) => scene.run({ deps: scene.deps(owner) }));
  const ends = (await Promise.all(runs)).map(({ ends }) => ends);
  expect(ends.reduce((sum, { acted }) => sum + acted, 0)).toBe(1);
  await scene.run();
  expect(scene.desired('on-demand')).toBe(1);
  expect(scene.told()).toHaveLength(1);
});

test('5: an autoscaler that shrinks the spot group mid-shortage does not shrink what is wanted', async () => {
  scene = await startFallbackScene({ tags: HOLD });
  const nodes = scene.members('spot').map((id) => `node-${id}`);
  scene.cluster.addWorkload({
    kind: 'Deployment',
    namespace: 'inference',
    name: 'llm',
    nodes,
    gpus: 4,
    labels: { app: 'llm' },
    tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists' }],
  });
  await loseOne(scene);
  await scene.minutes(4);
  expect(scene.desired('on-demand')).toBe(1);
  scene.account.changeAutoScalingGroup('spot', { desired: 1 });
  await scene.minutes(30);
  expect(scene.desired('on-demand')).toBe(1);
  expect(scene.members('on-demand')).toHaveLength(1);
});

test('6: on-demand short too asks the next group', async () => {
  scene = await startFallbackScene({
    fallbacks: [
      { name: 'first', denial: NO_CAPACITY },
      { name: 'second', tags: { 'spot-responder/priority': '1' } },
    ],
  });
  await loseOne(scene);
  await scene.minutes(5);
  expect(scene.members('second')).toHaveLength(1);
  expect(scene.told().at(-1)?.refusals).toMatchObject([{ reason: 'CAPACITY' }]);
});

test('10: an 8-GPU pod with 4-GPU fallback nodes is refused, and said', async () => {
  scene = await startFallbackScene();
  scene.cluster.addWaitingPod({
    namespace: 'inference',
    name: 'huge',
    gpus: 8,
    tolerations: [{ operator: 'Exists' }],
  });
  await scene.minutes(4);
  expect(scene.told()).toMatchObject([{ action: 'refuse', refusals: [{ reason: 'pod-too-large' }] }]);
  expect(scene.desired('on-demand')).toBe(0);
});

test('a run that has no time left begins nothing, and the next one does it', async () => {
  scene = await startFallbackScene();
  await loseOne(scene);
  await scene.minutes(1);
  await scene.minuteWithoutRun();
  const { ends } = await runFallback(scene.deps('late'), scene.clock.now());
  expect(ends).toMatchObject({ left: 1, acted: 0 });
  expect(scene.desired('on-demand')).toBe(0);
  await scene.run();
  expect(scene.desired('on-demand')).toBe(1);
});

const BROKEN =
  'Could not launch On-Demand Instances. InvalidParameterCombination - The parameter SecurityGroups cannot be used with the parameter NetworkInterfaces. Launching EC2 instance failed.';

test('a launch template that is wrong stops the pool and is told once; mended, the pool goes on by itself', async () => {
  scene = await startFallbackScene({
    fallbacks: [
      { name: 'first', denial: BROKEN },
      { name: 'second', tags: { 'spot-responder/priority': '1' } },
    ],
  });
  await loseOne(scene);
  await scene.minutes(8);
  expect(scene.members('second')).toEqual([]);
  const stopped = scene.told().filter(({ action }) => action === 'refuse');
  expect(stopped).toMatchObject([{ refusals: [{ reason: 'CONFIG', group: 'first' }] }]);
  expect(stopped[0]?.refusals[0]?.remedy).toContain('The parameter SecurityGroups cannot be used');
  scene.account.changeAutoScalingGroup('first', { denial: undefined });
  await scene.minutes(5);
  expect(scene.members('first')).toHaveLength(1);
});

test('a failure in words that nobody knows costs its own group only, and is told', async () => {
  const denial = 'Could not launch On-Demand Instances. NewKindOfTrouble - Something else. Launching failed.';
  scene = await startFallbackScene({
    fallbacks: [
      { name: 'first', denial },
      { name: 'second', tags: { 'spot-responder/priority': '1' } },
    ],
  });
  await loseOne(scene);
  await scene.minutes(6);
  expect(scene.members('second')).toHaveLength(1);
  expect(scene.told().at(-1)?.refusals).toMatchObject([{ reason: 'CONFIG', group: 'first' }]);
});

test('a run that froze before it released a node wakes past its lease and touches nothing', async () => {
  scene = await startFallbackScene({ tags: HOLD });
  await loseOne(scene);
  await scene.minutes(7);
  deny(scene, 'spot', undefined);
  await scene.minutes(2);
  for (let minute = 0; minute < 10 && scene.told().length === 1; minute++) {
    await scene.minuteWithoutRun();
    const run = frozen(scene.deps(`frozen-${minute}`), async () => {
      await scene.minuteWithoutRun();
      await scene.minuteWithoutRun();
    });
    await runFallback(run.deps, new Date(scene.clock.now().getTime() + 45_000));
    expect(run.writes).toEqual([]);
  }
  const [id = ''] = scene.members('on-demand');
  const node = scene.cluster.nodes().find(({ metadata }) => metadata.name === `node-${id}`);
  expect(node?.spec.unschedulable ?? false).toBe(false);
  await scene.minutes(12);
  expect(scene.members('on-demand')).toEqual([]);
});
