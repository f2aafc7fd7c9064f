import { same } from '../world/claims.ts';
import { inference } from './inference.ts';
import { conversationHas, countCordoned, deadLetters, endsIn } from './looks.ts';
import { happening } from './sample.ts';
import type { Scenario } from './scenario.ts';

export const healthEvent: Scenario = {
  name: 'health-event',
  about:
    'AWS Health schedules a change of three instances: each is told of, by its node; nothing is drained yet',
  isQuick: true,
  play: async (scene) => {
    const { bridge, claim, cluster, fill, namespace } = scene;
    const nodes = await fill(3, () => inference(namespace));
    const begun = new Date();
    const event = await happening(
      'health-scheduled-change-page-2',
      ...nodes.map(({ instanceId }) => instanceId),
    );
    for (const entity of Object(event).detail.affectedEntities) entity.status = 'PENDING';
    bridge.put('default', event, { copies: 2 });
    for (const { instanceId } of nodes)
      await claim(
        `people are told of ${instanceId}`,
        () => conversationHas(scene, new RegExp(instanceId)),
        40,
      );
    await claim('no node is cordoned', async () => same(await countCordoned(scene, nodes), 0));
    const requests = await cluster.requestsSince(begun);
    const changes = requests.filter(
      ({ resource, verb }) => verb !== 'get' && verb !== 'list' && resource !== 'events',
    );
    await claim('nothing in the cluster is changed', () => same(changes.length, 0));
    await claim('the table has each as told', async () =>
      same(await endsIn(scene, begun), ['told', 'told', 'told']),
    );
    await claim('no letter is dead', async () => same(await deadLetters(scene), 0));
    return {};
  },
};
