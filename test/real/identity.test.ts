import { afterAll, beforeAll } from 'vitest';
import { allowedChangesCases } from './identity/allowed-changes.ts';
import { forbiddenChangesCases } from './identity/forbidden-changes.ts';
import { neededRulesCases } from './identity/needed-rules.ts';
import { nothingMoreCases } from './identity/nothing-more.ts';
import { type IdentityScene, openIdentityScene } from './identity/scene.ts';

let opened: IdentityScene | undefined;

beforeAll(async () => {
  opened = await openIdentityScene();
}, 60_000);

afterAll(() => opened?.plane.close());

function scene(): IdentityScene {
  if (!opened) throw new Error('the scene is not open: ask for it inside a test');
  return opened;
}

neededRulesCases(scene);
nothingMoreCases(scene);
allowedChangesCases(scene);
forbiddenChangesCases(scene);
