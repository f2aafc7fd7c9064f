import { startTrainer } from '../../cli/replay/real/trainer.ts';
import type { PlannedWorkload } from '../../controlplane/fleet/plan.ts';
import { systemClock } from '../../functions/clock.ts';
import { connectFromKubeconfig } from '../../functions/cluster/kubeconfig-connection.ts';
import { same } from '../world/claims.ts';
import { firstOf } from './inference.ts';
import { conversationHas, countCordoned, countToMove, deadLetters, drainFigures } from './looks.ts';
import { happening } from './sample.ts';
import type { Scenario } from './scenario.ts';

export const trainingGang: Scenario = {
  name: 'training-gang',
  about: 'a training job on three nodes: every rank saves the same step, then the doomed one goes',
  isQuick: true,
  play: async (scene) => {
    const { adminKubeconfig, bridge, claim, cluster, fill, namespace, signal } = scene;
    const job: PlannedWorkload = {
      kind: 'Job',
      namespace,
      name: 'llama',
      on: [1, 2, 0],
      // All that a node has: the scheduler can put no two ranks on one.
      gpus: 4,
      graceSeconds: 60,
      stopsAfterSeconds: 2,
      saves: { inSeconds: 5, answers: 'all' },
    };
    const nodes = await fill(3, () => [
      job,
      { kind: 'Deployment', namespace, name: 'llm', on: [0, 1, 2], stopsAfterSeconds: 1 },
    ]);
    const doomed = firstOf(nodes);
    const clock = systemClock;
    await startTrainer(await connectFromKubeconfig({ path: adminKubeconfig, clock }), job, clock, signal);
    const begun = new Date();
    bridge.put('default', await happening('spot-interruption-terminate', doomed.instanceId));
    await claim('the node is cordoned', async () => same(await countCordoned(scene, [doomed]), 1), 15);
    const asked = async () =>
      (await cluster.running(namespace)).filter(({ metadata }) =>
        Object.keys(metadata?.annotations ?? {}).some((name) =>
          /^spot-responder\/checkpoint-request/.test(name),
        ),
      ).length;
    await claim('all three ranks are asked to save', async () => same(await asked(), 3), 20);
    await claim('no pod is left on the node', async () => same(await countToMove(scene, [doomed]), 0), 90);
    await claim('the conversation tells that training was saved', () => conversationHas(scene, /saved/i), 30);
    await claim('and the end', () => conversationHas(scene, /[Ee]mptied/), 30);
    await claim('no letter is dead', async () => same(await deadLetters(scene), 0));
    return drainFigures(begun, await cluster.requestsSince(begun));
  },
};
