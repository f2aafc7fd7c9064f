import { afterEach, expect, test } from 'vitest';
import { type FallbackScene, NO_CAPACITY, startFallbackScene } from './scene.ts';

let scene: FallbackScene;

afterEach(() => scene.close());

test('a shortage from its first notice to the last on-demand node returned', async () => {
  scene = await startFallbackScene({ tags: { 'spot-responder/hold-minutes': '5' } });
  await scene.minutes(2);
  const [lost = ''] = scene.members('spot');
  scene.account.changeAutoScalingGroup('spot', { denial: NO_CAPACITY });
  scene.doom(lost);
  await scene.minutes(3);
  expect(scene.desired('on-demand')).toBe(1);
  await scene.minutes(5);
  expect(scene.members('on-demand')).toHaveLength(1);

  scene.account.changeAutoScalingGroup('spot', { denial: undefined });
  await scene.minutes(20);
  expect(scene.members('on-demand')).toHaveLength(0);
  expect(scene.desired('on-demand')).toBe(0);
  expect(scene.desired('spot')).toBe(2);
  expect(scene.told().map(({ action }) => action)).toEqual(['scale-out', 'release', 'terminate', 'keep']);
});
