import { removedTwice } from '../../controlplane/audit.ts';
import { same } from '../world/claims.ts';
import { firstOf, INFERENCE_PODS, inference } from './inference.ts';
import { conversationHas, countCordoned, countToMove, deadLetters, drainFigures } from './looks.ts';
import { happening } from './sample.ts';
import type { Scenario } from './scenario.ts';

export const rebalanceThenInterruption: Scenario = {
  name: 'rebalance-interruption',
  about: 'a rebalance recommendation changes nothing; the interruption that follows empties the node',
  isQuick: false,
  play: async (scene) => {
    const { bridge, claim, cluster, fill, fn, namespace, slack } = scene;
    const nodes = await fill(3, () => inference(namespace));
    const doomed = firstOf(nodes);
    const recommended = new Date();
    bridge.put('default', await happening('rebalance-recommendation', doomed.instanceId));
    await claim('the recommendation is handled', () => has(fn('respond').output(), '"outcome":"told"'), 20);
    await claim('the node takes pods as before', async () => same(await countCordoned(scene, nodes), 0));
    const begun = new Date();
    bridge.put('default', await happening('spot-interruption-terminate', doomed.instanceId));
    await claim('the interruption cordons it', async () => same(await countCordoned(scene, [doomed]), 1), 15);
    await claim('no pod is left on it', async () => same(await countToMove(scene, [doomed]), 0), 60);
    await claim(
      'every pod has a replacement',
      async () => same((await cluster.running(namespace)).length, INFERENCE_PODS),
      20,
    );
    await claim('the conversation tells the end', () => conversationHas(scene, /[Ee]mptied/), 30);
    await claim('there is one conversation', async () => same((await slack.read(slack.channel)).length, 1));
    await claim('no letter is dead', async () => same(await deadLetters(scene), 0));
    const requests = await cluster.requestsSince(recommended);
    await claim('no pod was removed twice', () => same(removedTwice(requests).length, 0));
    return drainFigures(begun, requests);
  },
};

function has(text: string, part: string): true | string {
  return text.includes(part) || text.slice(-500);
}
