import { same } from '../world/claims.ts';
import { firstOf, inference } from './inference.ts';
import { conversationHas, countToMove, deadLetters, drainFigures } from './looks.ts';
import { happening } from './sample.ts';
import type { Scenario } from './scenario.ts';

export const slackDown: Scenario = {
  name: 'slack-down',
  about: 'Slack answers 503 until the node is empty; then the whole story is told',
  isQuick: false,
  // A time lapse: what Slack did not take is delivered again after three minutes.
  stage: { visibilitySeconds: { notices: 15 } },
  play: async (scene) => {
    const { bridge, claim, cluster, fill, namespace, slack } = scene;
    const nodes = await fill(3, () => inference(namespace));
    const doomed = firstOf(nodes);
    slack.inject({ method: '*', fault: { type: 'status', status: 503 }, times: 10_000 });
    const begun = new Date();
    bridge.put('default', await happening('spot-interruption-terminate', doomed.instanceId));
    await claim('no pod is left on the node', async () => same(await countToMove(scene, [doomed]), 0), 60);
    await claim('Slack was asked and took nothing', () => slack.calls.length > 0 || 'not asked', 20);
    await claim('the channel is empty', async () => same((await slack.read(slack.channel)).length, 0));
    slack.heal();
    await claim('then the conversation tells the end', () => conversationHas(scene, /[Ee]mptied/), 120);
    await claim('there is one conversation', async () => same((await slack.read(slack.channel)).length, 1));
    await claim('no letter is dead', async () => same(await deadLetters(scene), 0));
    return drainFigures(begun, await cluster.requestsSince(begun));
  },
};
