import { refusal } from '../account/gateway.ts';
import { same } from '../world/claims.ts';
import { firstOf, INFERENCE_PODS, inference } from './inference.ts';
import { conversationHas, countCordoned, countToMove, deadLetters, drainFigures } from './looks.ts';
import { happening } from './sample.ts';
import type { Scenario } from './scenario.ts';

const THROTTLED_MS = 8_000;

export const tableThrottled: Scenario = {
  name: 'table-throttled',
  about: `DynamoDB throttles every call of every function for ${THROTTLED_MS / 1_000} s from the notice on`,
  isQuick: true,
  play: async (scene) => {
    const { account, bridge, claim, cluster, fill, namespace } = scene;
    const nodes = await fill(3, () => inference(namespace));
    const doomed = firstOf(nodes);
    const begun = new Date();
    let refused = 0;
    const heal = account.intercept((request) => {
      if (request.service !== 'dynamodb' || Date.now() - begun.getTime() > THROTTLED_MS) return undefined;
      refused += 1;
      const message = 'The level of configured provisioned throughput was exceeded';
      return Promise.resolve(refusal(request, 'ProvisionedThroughputExceededException', message));
    });
    bridge.put('default', await happening('spot-interruption-terminate', doomed.instanceId));
    await claim('the node is cordoned', async () => same(await countCordoned(scene, [doomed]), 1), 30);
    await claim('calls were throttled', () => refused > 0 || 'none');
    await claim('no pod is left on it', async () => same(await countToMove(scene, [doomed]), 0), 60);
    heal();
    await claim(
      'every pod has a replacement',
      async () => same((await cluster.running(namespace)).length, INFERENCE_PODS),
      20,
    );
    await claim('the conversation tells the end', () => conversationHas(scene, /[Ee]mptied/), 60);
    await claim('the attempt that gave up is kept as a letter, and no other', async () =>
      same((await deadLetters(scene)) <= 1, true),
    );
    return { ...drainFigures(begun, await cluster.requestsSince(begun)), 'calls throttled': refused };
  },
};
