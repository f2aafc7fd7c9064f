import { removedTwice } from '../../controlplane/audit.ts';
import { same } from '../world/claims.ts';
import { REGION } from '../world/identities.ts';
import { firstOf, INFERENCE_PODS, inference } from './inference.ts';
import {
  conversationHas,
  countCordoned,
  countToMove,
  drainFigures,
  endsIn,
  noDeadLetter,
  secondsBetween,
  waiting,
} from './looks.ts';
import { happeningIn } from './sample.ts';
import type { Scenario } from './scenario.ts';

const THERE = 'eu-west-1';

/** The forwarding stack's rules, our own bus, and the functions of the home region, which act there. */
export const extraRegion: Scenario = {
  name: 'extra-region',
  about: `a node of a cluster in ${THERE} is interrupted, another may be; the responder in ${REGION} hears of it through our own bus`,
  isQuick: true,
  extraRegion: THERE,
  play: async (scene) => {
    const { abroad, account, claim, cluster, fill, namespace } = scene;
    const nodes = await fill(3, () => inference(namespace));
    const doomed = [firstOf(nodes)];
    const event = await happeningIn(THERE, 'spot-interruption-terminate', firstOf(nodes).instanceId);
    const begun = new Date();
    await claim('one rule there forwards it', () => same(abroad?.put('default', event).length, 1), 0);
    await claim('the node is cordoned', async () => same(await countCordoned(scene, doomed), 1), 15);
    await claim('no pod is left on it', async () => same(await countToMove(scene, doomed), 0), 60);
    const emptied = secondsBetween(begun);
    await claim(
      'every pod has a replacement',
      async () => same((await cluster.running(namespace)).length, INFERENCE_PODS),
      20,
    );
    await claim('the conversation tells the end', () => conversationHas(scene, /[Ee]mptied/), 30);
    const requests = await cluster.requestsSince(begun);
    await claim('no pod was removed twice', () => same(removedTwice(requests).length, 0));
    const asked = account.calls.filter(({ operation }) => operation === 'DescribeCluster');
    await claim('the cluster was looked for where it is', () =>
      same([...new Set(asked.map(({ region }) => region))], [THERE]),
    );
    await claim('the table at home has it as emptied', async () =>
      same(await endsIn(scene, begun), ['emptied']),
    );
    const [, other] = nodes;
    if (!other) throw new Error('the fleet has one node only');
    const recommended = new Date();
    abroad?.put('default', await happeningIn(THERE, 'rebalance-recommendation', other.instanceId));
    await claim(
      'a recommendation, told to cordon, cordons',
      async () => same(await countCordoned(scene, [other]), 1),
      15,
    );
    await claim('the table has it as cordoned, to be taken back', async () =>
      same(await endsIn(scene, recommended), ['cordoned']),
    );
    await claim(
      'what takes it back waits',
      async () => (await waiting(scene, 'Continuations')) > 0 || 'nothing',
    );
    await claim('no letter is dead', () => noDeadLetter(scene), 0);
    return { ...drainFigures(begun, requests), 'emptied s': emptied };
  },
};
