import { same } from '../world/claims.ts';
import { firstOf, INFERENCE_PODS, inference } from './inference.ts';
import { conversationHas, countCordoned, countToMove, deadLetters, drainFigures } from './looks.ts';
import { happening } from './sample.ts';
import type { Scenario } from './scenario.ts';

export const terminateHook: Scenario = {
  name: 'terminate-hook',
  about: 'Auto Scaling ends an instance and waits for us: drained first, then let go',
  isQuick: true,
  play: async (scene) => {
    const { borrow, bridge, claim, cluster, fill, namespace } = scene;
    const nodes = await fill(3, () => inference(namespace));
    const doomed = firstOf(nodes);
    const account = await borrow(['autoscaling', 'ec2']);
    const event = await happening('terminate-hook', doomed.instanceId);
    const {
      AutoScalingGroupName: group,
      LifecycleActionToken: token,
      LifecycleHookName: hook,
    } = Object(event).detail;
    account.addLifecycleAction({ group, hook, token, instanceId: doomed.instanceId, timeoutSeconds: 300 });
    let emptyWhenLetGo: boolean | undefined;
    const begun = new Date();
    bridge.put('default', event);
    await claim('the node is cordoned', async () => same(await countCordoned(scene, [doomed]), 1), 15);
    await claim(
      'Auto Scaling is told to go on',
      async () => {
        const [action] = account.lifecycleActions;
        if (action?.result && emptyWhenLetGo === undefined)
          emptyWhenLetGo = (await countToMove(scene, [doomed])) === 0;
        return same(action?.result, 'CONTINUE');
      },
      60,
    );
    await claim('only when nothing was left on the node', () => same(emptyWhenLetGo, true));
    await claim(
      'every pod has a replacement',
      async () => same((await cluster.running(namespace)).length, INFERENCE_PODS),
      20,
    );
    await claim('the conversation tells the end', () => conversationHas(scene, /[Ee]mptied/), 30);
    await claim('no letter is dead', async () => same(await deadLetters(scene), 0));
    return drainFigures(begun, await cluster.requestsSince(begun));
  },
};
