import { createCluster } from '../account/deploy.ts';
import { createGroup } from '../account/spot-group.ts';
import { same } from '../world/claims.ts';
import { firstOf } from './inference.ts';
import { conversationHas, countCordoned, countToMove, deadLetters } from './looks.ts';
import { happening } from './sample.ts';
import type { Scenario } from './scenario.ts';

const STRANGER = 'staging';

export const clusterNotEnrolled: Scenario = {
  name: 'cluster-not-enrolled',
  about: 'the API server of a cluster without our access entry refuses our token',
  isQuick: true,
  play: async (scene) => {
    const { account, bridge, claim, fill, namespace } = scene;
    const nodes = await fill(2, () => [{ kind: 'Deployment', namespace, name: 'llm', on: [0, 1] }]);
    await createCluster(account.connection, STRANGER);
    const [instance = ''] = await createGroup(account.connection, {
      name: 'eks-stranger',
      size: 1,
      tags: { 'eks:cluster-name': STRANGER, 'eks:nodegroup-name': 'gpu-spot' },
    });
    bridge.put('default', await happening('spot-interruption-terminate', instance));
    await claim('people are told of the cluster by name', () => conversationHas(scene, /staging/), 60);
    await claim('and that it must be enrolled', () => conversationHas(scene, /enrol|access entry/), 60);
    await claim('no node of the other cluster is touched', async () =>
      same(await countCordoned(scene, nodes), 0),
    );
    await claim('its pods stay', async () => same(await countToMove(scene, [firstOf(nodes)]), 1));
    await claim(
      'what failed is kept, for a redrive',
      async () => (await deadLetters(scene)) > 0 || 'no letter',
      60,
    );
    bridge.put('default', await happening('spot-interruption-terminate', firstOf(nodes).instanceId));
    await claim(
      'the enrolled cluster is served all the same',
      async () => same(await countToMove(scene, [firstOf(nodes)]), 0),
      60,
    );
    return {};
  },
};
