import { type FallbackScene, NO_CAPACITY } from './scene.ts';

/** Every launch of the group fails with this text from now on; `undefined`: none. */
export function deny({ account }: FallbackScene, group: string, denial: string | undefined): void {
  account.changeAutoScalingGroup(group, { denial });
}

/** One spot node is lost, no other comes. */
export async function loseOne(scene: FallbackScene): Promise<void> {
  await scene.minutes(1);
  deny(scene, 'spot', NO_CAPACITY);
  scene.doom(scene.members('spot')[0] ?? '');
}
