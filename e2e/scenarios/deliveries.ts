import { removedTwice } from '../../controlplane/audit.ts';
import { refusal } from '../account/gateway.ts';
import { same } from '../world/claims.ts';
import { countToMove, endsIn, noDeadLetter, secondsBetween, waiting } from './looks.ts';
import { happening } from './sample.ts';
import type { Scenario } from './scenario.ts';

const NOTICE_SECONDS = 120;

/** What EventBridge promises is “at least once”, to each target; what it may do on a bad day is worse. */
export const deliveries: Scenario = {
  name: 'deliveries',
  about:
    'of three events one never comes to the function, one never to the queue, one comes late and three times; then a run of the index fails',
  isQuick: true,
  play: async (scene) => {
    const { account, bridge, claim, cluster, fill, namespace, slack, tick } = scene;
    const nodes = await fill(3, () => [
      { kind: 'Deployment', namespace, name: 'llm', on: [0, 0, 1, 1, 2, 2], stopsAfterSeconds: 2 },
    ]);
    const mischief = [{ drop: 'functions' }, { drop: 'queues' }, { copies: 3, delayMs: 15_000 }] as const;
    const begun = new Date();
    for (const [at, { instanceId }] of nodes.entries())
      bridge.put('default', await happening('spot-interruption-terminate', instanceId), mischief[at]);
    await claim('all nodes are empty', async () => same(await countToMove(scene, nodes), 0), NOTICE_SECONDS);
    const emptied = secondsBetween(begun);
    await claim('within the notice', () => emptied < NOTICE_SECONDS || `${emptied} s`, 0);
    await claim(
      'every second look is over',
      async () => same(await waiting(scene, 'Continuations'), 0),
      NOTICE_SECONDS,
    );
    const requests = await cluster.requestsSince(begun);
    await claim('no pod was removed twice', () => same(removedTwice(requests).length, 0));
    await claim('the table has each as emptied, once', async () =>
      same(await endsIn(scene, begun), ['emptied', 'emptied', 'emptied']),
    );
    await claim(
      'all three are told, in one conversation',
      async () => {
        const [thread, ...others] = await slack.read(slack.channel);
        if (!thread || others.length > 0) return `${others.length + 1} conversations`;
        const text = JSON.stringify(thread);
        return nodes.every(({ instanceId, name }) => text.includes(name.split('.')[0] ?? instanceId)) || text;
      },
      30,
    );
    await claim('no letter is dead', () => noDeadLetter(scene), 0);
    const heal = account.intercept((request) =>
      request.operation === 'ListClusters'
        ? Promise.resolve(refusal(request, 'AccessDeniedException', 'listing is denied'))
        : undefined,
    );
    await tick('rate(1 minute)');
    heal();
    await claim('a scheduled run that failed is kept, with its reason', async () => {
      const letters = await noDeadLetter(scene);
      return (typeof letters === 'string' && /FailedRuns.*listing is denied/s.test(letters)) || `${letters}`;
    });
    return { 'emptied s': emptied };
  },
};
