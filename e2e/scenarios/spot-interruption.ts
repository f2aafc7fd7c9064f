import { removedTwice } from '../../controlplane/audit.ts';
import { same } from '../world/claims.ts';
import { inference } from './inference.ts';
import {
  conversationHas,
  countCordoned,
  countToMove,
  deadLetters,
  drainFigures,
  secondsBetween,
  waiting,
} from './looks.ts';
import { happening } from './sample.ts';
import type { Scenario } from './scenario.ts';

export const spotInterruption: Scenario = {
  name: 'spot-interruption',
  about: 'one GPU node is interrupted, and every event comes twice',
  isQuick: true,
  play: async (scene) => {
    const { account, bridge, claim, cluster, fill, fn, namespace, slack } = scene;
    const nodes = await fill(3, () => [
      ...inference(namespace),
      { kind: 'Pod', namespace, name: 'debug-shell', on: [0], stopsAfterSeconds: 1 },
    ]);
    const doomed = nodes.slice(0, 1);
    const begun = new Date();
    bridge.put('default', await happening('spot-interruption-terminate', doomed[0]?.instanceId ?? ''), {
      copies: 2,
    });
    await claim('the node is cordoned', async () => same(await countCordoned(scene, doomed), 1), 15);
    await claim('no pod is left on it', async () => same(await countToMove(scene, doomed), 0), 60);
    const emptied = secondsBetween(begun);
    await claim(
      'every pod has a replacement',
      async () => same((await cluster.running(namespace)).length, 6),
      20,
    );
    await claim('the conversation tells the end', () => conversationHas(scene, /[Ee]mptied/), 30);
    await claim(
      'the second target has nothing left to do',
      async () => same(await waiting(scene, 'Continuations'), 0),
      60,
    );
    const requests = await cluster.requestsSince(begun);
    await claim('no pod was removed twice', () => same(removedTwice(requests).length, 0));
    await claim('the other nodes are as they were', async () => same(await countCordoned(scene, nodes), 1));
    await claim('there is one conversation', async () => same((await slack.read(slack.channel)).length, 1));
    await claim('no letter is dead', async () => same(await deadLetters(scene), 0));
    const lookedUp = account.calls.filter(
      ({ caller, service }) => caller === 'respond' && /^e(c2|ks)$/.test(service),
    );
    await claim('the index told the node: neither EC2 nor EKS was asked', () => same(lookedUp.length, 0));
    return {
      ...drainFigures(begun, requests),
      'emptied s': emptied,
      'load ms': Math.round(fn('respond').coldStarts[0] ?? 0),
    };
  },
};
