import { afterEach, expect, test, vi } from 'vitest';
import { deny, loseOne } from './market.ts';
import { type FallbackScene, startFallbackScene } from './scene.ts';

/** Of the twelve cases those about the way back to spot. */
let scene: FallbackScene;

afterEach(() => scene.close());

/** Many minutes of a pool's life over real protocols, on a machine that may be busy. */
vi.setConfig({ testTimeout: 90_000 });

const HOLD = { 'spot-responder/hold-minutes': '5' };

test('8: a fail-back that a budget blocks is undone, and nothing is terminated', async () => {
  scene = await startFallbackScene({ tags: HOLD });
  await loseOne(scene);
  await scene.minutes(7);
  const [id = ''] = scene.members('on-demand');
  const labels = { app: 'llm' };
  scene.cluster.addWorkload({
    kind: 'Deployment',
    namespace: 'inference',
    name: 'llm',
    nodes: [`node-${id}`],
    labels,
  });
  scene.cluster.addBudget({
    namespace: 'inference',
    name: 'llm',
    minAvailable: 1,
    selector: { matchLabels: labels },
  });
  deny(scene, 'spot', undefined);
  await scene.minutes(40);
  expect(scene.told().map(({ action }) => action)).toEqual(['scale-out', 'release', 'restore']);
  expect(scene.members('on-demand')).toEqual([id]);
  const node = scene.cluster.nodes().find(({ metadata }) => metadata.name === `node-${id}`);
  expect(node?.spec.unschedulable ?? false).toBe(false);
  expect(scene.cluster.evictions).toEqual([]);
});

test.each(['spot-responder/do-not-evict', 'karpenter.sh/do-not-disrupt'])(
  'a node with a pod that says %s is never drained',
  async (annotation) => {
    scene = await startFallbackScene({ tags: HOLD });
    await loseOne(scene);
    await scene.minutes(7);
    const [id = ''] = scene.members('on-demand');
    const annotations = { [annotation]: 'true' };
    scene.cluster.addWorkload({
      kind: 'Deployment',
      namespace: 'inference',
      name: 'llm',
      nodes: [`node-${id}`],
      annotations,
    });
    deny(scene, 'spot', undefined);
    await scene.minutes(30);
    expect(scene.members('on-demand')).toEqual([id]);
    expect(scene.told().map(({ action }) => action)).toEqual(['scale-out']);
  },
);

test('a pod with an emptyDir is moved on the way back', async () => {
  scene = await startFallbackScene({ tags: HOLD });
  await loseOne(scene);
  await scene.minutes(7);
  const [id = ''] = scene.members('on-demand');
  scene.cluster.addWorkload({
    kind: 'Deployment',
    namespace: 'web',
    name: 'cache',
    nodes: [`node-${id}`],
    emptyDir: true,
    tolerations: [{ operator: 'Exists' }],
  });
  deny(scene, 'spot', undefined);
  await scene.minutes(30);
  expect(scene.members('on-demand')).toEqual([]);
  expect(scene.cluster.evictions).toHaveLength(1);
});

test.each([
  { lost: 'its request', acts: undefined, calls: 2 },
  { lost: 'its answer', acts: true as const, calls: 1 },
])('9: a termination that lost $lost decrements once', async ({ acts, calls }) => {
  scene = await startFallbackScene({ tags: HOLD });
  await loseOne(scene);
  await scene.minutes(7);
  deny(scene, 'spot', undefined);
  scene.account.inject({
    operation: 'TerminateInstanceInAutoScalingGroup',
    times: 1,
    code: 'InternalFailure',
    ...(acts && { acts }),
  });
  await scene.minutes(30);
  const asked = scene.account.calls.filter(
    ({ operation }) => operation === 'TerminateInstanceInAutoScalingGroup',
  );
  expect(scene.desired('on-demand')).toBe(0);
  expect(scene.members('on-demand')).toEqual([]);
  expect(asked).toHaveLength(calls);
  const [first, second = Number.POSITIVE_INFINITY] = asked.map(({ at }) => at.getTime());
  expect(second - (first ?? 0)).toBeGreaterThanOrEqual(180_000);
});

test('11: what another provider brings at the same time makes a surplus, returned after the hold', async () => {
  scene = await startFallbackScene({ tags: HOLD });
  await loseOne(scene);
  await scene.minutes(5);
  deny(scene, 'spot', undefined);
  scene.account.changeAutoScalingGroup('spot', { desired: 3 });
  await scene.minutes(25);
  scene.account.changeAutoScalingGroup('spot', { desired: 2 });
  await scene.minutes(20);
  expect(scene.members('on-demand')).toEqual([]);
});
