import { acceptedRemovals } from '../../controlplane/audit.ts';
import { same } from '../world/claims.ts';
import { firstOf } from './inference.ts';
import { conversationHas, countToMove, deadLetters, drainFigures, secondsBetween } from './looks.ts';
import { happening } from './sample.ts';
import type { Scenario } from './scenario.ts';

/** Of the notice's 120 s, when the instance is gone. */
const NOTICE_SECONDS = 120;

export const responderKilled: Scenario = {
  name: 'responder-killed',
  about: 'the responder’s process is killed in mid-drain; the second target takes over within the notice',
  isQuick: true,
  play: async (scene) => {
    const { bridge, claim, cluster, fill, fn, namespace, slack } = scene;
    const nodes = await fill(2, () => [
      {
        kind: 'Deployment',
        namespace,
        name: 'llm',
        on: [0, 0, 0, 1, 1],
        stopsAfterSeconds: 4,
        budget: { maxUnavailable: 1 },
      },
    ]);
    const doomed = firstOf(nodes);
    const begun = new Date();
    bridge.put('default', await happening('spot-interruption-terminate', doomed.instanceId));
    const removals = async () => acceptedRemovals(await cluster.requestsSince(begun)).length;
    await claim('the drain has begun', async () => (await removals()) > 0 || 'no eviction', 20);
    await claim('the responder is killed', async () => same(await fn('respond').killBusy(), 1));
    const killedAt = secondsBetween(begun);
    await claim('pods are left on the node', async () => (await countToMove(scene, [doomed])) > 0 || 'none');
    await claim(
      'no pod is left on it',
      async () => same(await countToMove(scene, [doomed]), 0),
      NOTICE_SECONDS,
    );
    const emptied = secondsBetween(begun);
    await claim(
      'long before the budget would forget an eviction that was lost',
      () => emptied < NOTICE_SECONDS / 2 || `${emptied} s`,
    );
    await claim(
      'every pod has a replacement',
      async () => same((await cluster.running(namespace)).length, 5),
      20,
    );
    await claim('the conversation tells the end', () => conversationHas(scene, /[Ee]mptied/), 30);
    await claim('there is one conversation', async () => same((await slack.read(slack.channel)).length, 1));
    await claim('the run that died is kept as a letter', async () => same(await deadLetters(scene), 1), 10);
    return {
      ...drainFigures(begun, await cluster.requestsSince(begun)),
      'killed s': killedAt,
      'emptied s': emptied,
    };
  },
};
