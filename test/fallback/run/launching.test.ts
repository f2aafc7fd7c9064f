import { afterEach, expect, test, vi } from 'vitest';
import type { FallbackDeps } from '../../../functions/fallback/run/deps.ts';
import { loseOne } from './market.ts';
import { type FallbackScene, NO_CAPACITY, startFallbackScene } from './scene.ts';

/** The ways to more on-demand nodes, and what stands in their way, over the wire. */
let scene: FallbackScene;

afterEach(() => scene.close());

vi.setConfig({ testTimeout: 60_000 });

const INSTANCES = { 'spot-responder/launch': 'instances' };
const LAST = { 'spot-responder/priority': '1' };

const callsOf = (operation: string) =>
  scene.account.calls.filter((call) => call.operation === operation).length;

test('a plain group that asks for it is launched into by LaunchInstances, once', async () => {
  scene = await startFallbackScene({ fallbacks: [{ name: 'first', tags: INSTANCES }] });
  await loseOne(scene);
  await scene.minutes(6);
  expect({ launches: callsOf('LaunchInstances'), sets: callsOf('SetDesiredCapacity') }).toEqual({
    launches: 1,
    sets: 0,
  });
  expect(scene.members('first')).toHaveLength(1);
  expect(scene.desired('first')).toBe(1);
});

test('a name that holds what AWS takes in no token is launched into all the same', async () => {
  scene = await startFallbackScene({ fallbacks: [{ name: 'on demand: first.v2', tags: INSTANCES }] });
  await loseOne(scene);
  await scene.minutes(6);
  expect(callsOf('SetDesiredCapacity')).toBe(0);
  expect(scene.members('on demand: first.v2')).toHaveLength(1);
});

test('where the role may not, its desired capacity is set at once, and the log says what to do', async () => {
  scene = await startFallbackScene({ fallbacks: [{ name: 'first', tags: INSTANCES }] });
  scene.account.inject({ operation: 'LaunchInstances', times: 1, code: 'AccessDenied' });
  await loseOne(scene);
  await scene.minutes(6);
  expect(scene.members('first')).toHaveLength(1);
  expect(callsOf('SetDesiredCapacity')).toBe(1);
  expect(scene.lines.join('\n')).toContain('Deploy with -c launchInstances=true');
});

test('a capacity failure of LaunchInstances is known at once, and the rest is asked of the next group', async () => {
  const denial =
    'Could not launch On-Demand Instances. InsufficientInstanceCapacity - We currently do not have sufficient g5.12xlarge capacity.';
  scene = await startFallbackScene({
    fallbacks: [
      { name: 'first', tags: INSTANCES, denial },
      { name: 'second', tags: LAST },
    ],
  });
  await loseOne(scene);
  await scene.minutes(2);
  expect(scene.told()[0]?.refusals).toMatchObject([
    { reason: 'AWS', remedy: expect.stringContaining('InsufficientInstanceCapacity') },
  ]);
  await scene.minutes(4);
  expect(scene.members('second')).toHaveLength(1);
});

test('a run that goes on after a crash asks each zone for what is still missing, with a token that was not used for more', async () => {
  const zones = { zones: ['us-east-2a', 'us-east-2b'], room: { 'us-east-2a': 1 } };
  scene = await startFallbackScene({ fallbacks: [{ name: 'first', tags: INSTANCES, ...zones }] });
  const [one, other] = scene.members('spot');
  for (const lost of [one, other]) if (lost) scene.doom(lost);
  scene.account.changeAutoScalingGroup('spot', { denial: NO_CAPACITY });
  const deps = scene.deps('dies');
  const dying: FallbackDeps = {
    ...deps,
    groups: {
      ...deps.groups,
      launch: async (request) => {
        await deps.groups.launch(request);
        throw new Error('the process died');
      },
    },
  };
  for (let minute = 0; minute < 5 && scene.desired('first') === 0; minute += 1) {
    await scene.minuteWithoutRun();
    await scene.run({ deps: dying });
  }
  expect(scene.desired('first')).toBe(1);
  await scene.minutes(3);
  expect(scene.desired('first')).toBe(2);
  expect(scene.members('first')).toHaveLength(2);
  expect(scene.lines.join('\n')).not.toContain('IdempotentParameterMismatch');
});

test('a configuration failure of LaunchInstances stops the pool and is told; the group is asked again later, and goes on when mended', async () => {
  const denial =
    'Could not launch On-Demand Instances. InvalidParameterCombination - The parameters do not go together.';
  scene = await startFallbackScene({
    fallbacks: [
      { name: 'first', tags: INSTANCES, denial },
      { name: 'second', tags: LAST },
    ],
  });
  await loseOne(scene);
  await scene.minutes(12);
  expect(scene.members('second')).toEqual([]);
  expect(callsOf('LaunchInstances')).toBe(1);
  const stopped = scene.told().filter(({ action }) => action === 'refuse');
  expect(stopped).toMatchObject([{ refusals: [{ reason: 'CONFIG', group: 'first' }] }]);
  expect(stopped[0]?.refusals[0]?.remedy).toContain('The parameters do not go together');
  scene.account.changeAutoScalingGroup('first', { denial: undefined });
  await scene.minutes(25);
  expect(scene.members('first')).toHaveLength(1);
  expect(scene.members('second')).toEqual([]);
});

test('a group with a warm pool is scaled by its desired capacity, and what waits there is no node', async () => {
  scene = await startFallbackScene({ fallbacks: [{ name: 'first', tags: INSTANCES, warm: 2 }] });
  await loseOne(scene);
  await scene.minutes(6);
  expect({ launches: callsOf('LaunchInstances'), sets: callsOf('SetDesiredCapacity') }).toEqual({
    launches: 0,
    sets: 1,
  });
  expect(scene.members('first')).toHaveLength(1);
});

test('a quota failure names the quota and the command that raises it', async () => {
  const denial =
    'Could not launch On-Demand Instances. VcpuLimitExceeded - You have requested more vCPU capacity than your current vCPU limit of 0 allows for the instance bucket. Launching EC2 instance failed.';
  scene = await startFallbackScene({ fallbacks: [{ name: 'first', denial }] });
  await loseOne(scene);
  await scene.minutes(5);
  const refused = scene.told().flatMap(({ refusals }) => refusals);
  expect(refused).toMatchObject([{ reason: 'QUOTA', group: 'first' }]);
  expect(refused[0]?.remedy).toContain('"Running On-Demand G and VT instances" (L-DB2E81BA)');
  expect(refused[0]?.remedy).toContain('aws service-quotas request-service-quota-increase');
});

test("the group's maximum size is kept, and told", async () => {
  scene = await startFallbackScene({ fallbacks: [{ name: 'first', max: 1 }] });
  await loseOne(scene);
  scene.doom(scene.members('spot')[1] ?? '');
  await scene.minutes(5);
  expect(scene.desired('first')).toBe(1);
  expect(scene.told().flatMap(({ refusals }) => refusals)).toContainEqual(
    expect.objectContaining({ reason: 'max-nodes', group: 'first' }),
  );
});
