import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runFallback } from '../../../functions/fallback/run/pass.ts';
import { frozen } from './frozen.ts';
import { mortal } from './mortal.ts';
import { type FallbackScene, NO_CAPACITY, startFallbackScene } from './scene.ts';

/** What may happen in a minute of a pool's life. */
type Incident =
  | { readonly type: 'notice'; readonly node: number }
  | { readonly type: 'spot' | 'on-demand'; readonly denial: string | undefined }
  | { readonly type: 'a gang waits'; readonly ranks: number; readonly gpus: number }
  | { readonly type: 'the gang is gone' }
  | { readonly type: 'freeze' }
  | { readonly type: 'owner sets spot'; readonly desired: number }
  | { readonly type: 'a pod that must stay'; readonly node: number }
  | { readonly type: 'twice' }
  | { readonly type: 'crash'; readonly at: number; readonly when: 'before' | 'after' }
  | { readonly type: 'lost answer' }
  | { readonly type: 'nothing' };

const QUOTA =
  'Could not launch Instances. VcpuLimitExceeded - You have requested more vCPU capacity than your current vCPU limit of 0 allows. Launching EC2 instance failed.';
const BROKEN =
  'Could not launch Instances. InvalidParameterCombination - The parameters do not go together. Launching EC2 instance failed.';

const incident: fc.Arbitrary<Incident> = fc.oneof(
  fc.record({ type: fc.constant('notice' as const), node: fc.nat(3) }),
  fc.record({
    type: fc.constantFrom('spot' as const, 'on-demand' as const),
    denial: fc.constantFrom(undefined, undefined, NO_CAPACITY, QUOTA, BROKEN),
  }),
  fc.record({
    type: fc.constant('a gang waits' as const),
    ranks: fc.integer({ min: 1, max: 4 }),
    gpus: fc.constantFrom(1, 4, 8),
  }),
  fc.constant({ type: 'the gang is gone' as const }),
  fc.constant({ type: 'freeze' as const }),
  fc.record({ type: fc.constant('owner sets spot' as const), desired: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ type: fc.constant('a pod that must stay' as const), node: fc.nat(2) }),
  fc.constant({ type: 'twice' as const }),
  fc.record({
    type: fc.constant('crash' as const),
    at: fc.integer({ min: 1, max: 40 }),
    when: fc.constantFrom('before' as const, 'after' as const),
  }),
  fc.constant({ type: 'lost answer' as const }),
  { weight: 4, arbitrary: fc.constant({ type: 'nothing' as const }) },
);

/** The group allows three nodes, the dollars two. */
const MAX_NODES = 2;
const TAGS = { 'spot-responder/hold-minutes': '3', 'spot-responder/max-dollars-per-hour': '9' };
const FALLBACK = {
  name: 'on-demand',
  max: MAX_NODES + 1,
  tags: { 'spot-responder/dollars-per-node-hour': '4' },
};
/** Histories; more on a machine with time: `FALLBACK_HISTORIES=300`. */
const HISTORIES = Number(process.env.FALLBACK_HISTORIES ?? 6);

async function live(scene: FallbackScene, what: Incident, minute: number): Promise<void> {
  await scene.minuteWithoutRun();
  switch (what.type) {
    case 'notice': {
      const id = scene.members('spot')[what.node];
      if (id) scene.doom(id);
      break;
    }
    case 'spot':
    case 'on-demand':
      scene.account.changeAutoScalingGroup(what.type, { denial: what.denial });
      break;
    case 'owner sets spot':
      scene.account.changeAutoScalingGroup('spot', { desired: what.desired });
      break;
    case 'a pod that must stay':
      keepOn(scene, scene.members('on-demand')[what.node], minute);
      break;
    case 'a gang waits':
      for (let rank = 0; rank < what.ranks; rank++)
        scene.cluster.addWaitingPod({
          namespace: 'gangs',
          name: `gang-${minute}-${rank}`,
          gpus: what.gpus,
          annotations: { 'spot-responder/checkpoint-group': `gang-${minute}` },
          tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists' }],
        });
      break;
    case 'the gang is gone':
      scene.cluster.removePods('gangs');
      break;
    case 'freeze':
      await freeze(scene, minute);
      return;
    case 'twice':
      await runTwice(scene, minute);
      return;
    case 'crash':
      // Its next run comes from another process; this one is gone with its lease.
      await scene
        .run({ deps: mortal(scene.deps(`mortal-${minute}`), what.at, what.when) })
        .catch(() => undefined);
      return;
    case 'lost answer':
      scene.account.inject({
        operation: 'TerminateInstanceInAutoScalingGroup',
        times: 1,
        code: 'InternalFailure',
        acts: true,
      });
      break;
    case 'nothing':
      break;
  }
  await scene.run();
}

/** Of two at once one acts at most. */
async function runTwice(scene: FallbackScene, minute: number): Promise<void> {
  const twins = await Promise.all([scene.run({ deps: scene.deps(`twin-${minute}`) }), scene.run()]);
  expect(twins.reduce((sum, { ends }) => sum + ends.acted, 0)).toBeLessThanOrEqual(1);
}

/** A run sleeps past its lease; another acts meanwhile, and the first wakes. */
async function freeze(scene: FallbackScene, minute: number): Promise<void> {
  const run = frozen(scene.deps(`frozen-${minute}`), async () => {
    await scene.minuteWithoutRun();
    await scene.minuteWithoutRun();
    await scene.run();
  });
  await runFallback(run.deps, new Date(scene.clock.now().getTime() + 45_000));
  expect(run.writes).toEqual([]);
}

function keepOn(scene: FallbackScene, instanceId: string | undefined, minute: number): void {
  const node = scene.cluster.nodes().find(({ metadata }) => metadata.name === `node-${instanceId}`);
  if (!node || node.spec.unschedulable) return;
  const annotations = { 'spot-responder/do-not-evict': 'true' };
  scene.cluster.addWorkload({
    kind: 'Deployment',
    namespace: 'batch',
    name: `keep-${minute}`,
    nodes: [node.metadata.name],
    annotations,
  });
}

test('over random histories of losses, crashes, frozen runs and twins no cap is passed, no kept pod lost, nothing decremented twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(incident, { minLength: 15, maxLength: 30 }), async (history) => {
      const scene = await startFallbackScene({ tags: TAGS, fallbacks: [FALLBACK] });
      try {
        for (const [minute, what] of history.entries()) {
          await live(scene, what, minute);
          check(scene);
        }
        await standStill(scene);
        await settle(scene);
      } finally {
        await scene.close();
      }
    }),
    { numRuns: HISTORIES },
  );
}, 3_600_000);

/** Of every minute: caps hold, a pod that must stay is where it was, and each instance left its group once. */
function check(scene: FallbackScene): void {
  expect(scene.desired('on-demand')).toBeLessThanOrEqual(MAX_NODES);
  const ended = scene.account.activities.filter(
    ({ description, group }) => group === 'on-demand' && description.startsWith('Terminating'),
  );
  expect(new Set(ended.map(({ description }) => description)).size).toBe(ended.length);
  const launched = scene.account.activities.filter(
    ({ description, group, status }) =>
      group === 'on-demand' && status === 'Successful' && description.startsWith('Launching'),
  );
  // Every node that was ever launched is a member or was given back with exactly one decrement.
  expect(launched.length - ended.length).toBe(scene.members('on-demand').length);
  expect(scene.desired('on-demand')).toBeGreaterThanOrEqual(scene.members('on-demand').length);
  const kept = scene.cluster.pods().filter(({ metadata }) => metadata.namespace === 'batch');
  const homes = new Set(scene.members('on-demand').map((id) => `node-${id}`));
  expect(kept.every(({ spec }) => homes.has(spec.nodeName ?? ''))).toBe(true);
  expect(scene.cluster.evictions.filter(({ namespace }) => namespace === 'batch')).toEqual([]);
}

/** In a world that stands still two runs do all there is to do; a third asks AWS for nothing. */
async function standStill(scene: FallbackScene): Promise<void> {
  for (let runs = 0; runs < 2; runs++) {
    await scene.clock.advance(5_000);
    await scene.run();
  }
  await scene.clock.advance(5_000);
  const before = scene.account.calls.length;
  await scene.run();
  const writes = scene.account.calls
    .slice(before)
    .filter(({ operation }) => !/^(Describe|PutEvents)/.test(operation));
  expect(writes).toEqual([]);
  check(scene);
}

/** Once the world stops, two more runs change nothing, after what is under way has run its course. */
async function settle(scene: FallbackScene): Promise<void> {
  for (const group of ['spot', 'on-demand'])
    scene.account.changeAutoScalingGroup(group, { denial: undefined });
  scene.cluster.removePods('gangs');
  await scene.minutes(10);
  // An hour more, in which most runs are lost.
  for (let run = 0; run < 12; run++) {
    for (let minute = 0; minute < 4; minute++) await scene.minuteWithoutRun();
    await scene.minutes(1);
  }
  const before = [scene.desired('on-demand'), scene.members('on-demand'), scene.told().length];
  await scene.minutes(2);
  expect([scene.desired('on-demand'), scene.members('on-demand'), scene.told().length]).toEqual(before);
  check(scene);
}
