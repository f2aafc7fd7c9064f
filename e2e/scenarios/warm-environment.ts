import { same } from '../world/claims.ts';
import { inference } from './inference.ts';
import { countCordoned, countToMove, deadLetters, drainFigures } from './looks.ts';
import { happening } from './sample.ts';
import type { Figures, Scenario, SceneNode } from './scenario.ts';

export const warmEnvironment: Scenario = {
  name: 'warm-environment',
  about: 'one node after the other: the first finds no environment of the responder, the second a warm one',
  isQuick: false,
  play: async (scene) => {
    const { bridge, claim, cluster, fill, fn, namespace } = scene;
    const nodes = await fill(3, () => inference(namespace));
    let started = 0;
    const interrupt = async (doomed: SceneNode): Promise<Figures> => {
      const begun = new Date();
      bridge.put('default', await happening('spot-interruption-terminate', doomed.instanceId));
      await claim('the node is cordoned', async () => same(await countCordoned(scene, [doomed]), 1), 20);
      started = fn('respond').coldStarts.length;
      await claim('no pod is left on it', async () => same(await countToMove(scene, [doomed]), 0), 90);
      return drainFigures(begun, await cluster.requestsSince(begun));
    };
    const [first, second] = nodes;
    if (!first || !second) throw new Error('the fleet has no two nodes');
    const cold = await interrupt(first);
    const before = started;
    // So that the first run has ended, and its environment is free.
    await claim('the first run has ended', () => same(fn('respond').durations.length >= 1, true), 30);
    const warm = await interrupt(second);
    await claim('no environment was started for the second', () => same(started, before));
    await claim('no letter is dead', async () => same(await deadLetters(scene), 0));
    return { ...prefixed('cold', cold), ...prefixed('warm', warm) };
  },
};

function prefixed(word: string, figures: Figures): Figures {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${word} ${name}`, value]));
}
