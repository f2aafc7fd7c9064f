import { setTimeout as sleep } from 'node:timers/promises';
import { createAll } from '../../controlplane/fleet/create.ts';
import { deployment, namespaceObject } from '../../controlplane/fleet/workloads.ts';
import type { SimulatedAccount } from '../../simulator/account/account.ts';
import { poolGroup } from '../../simulator/account/pool-groups.ts';
import { same } from '../world/claims.ts';
import { CLUSTER } from '../world/identities.ts';
import { conversationHas, countToMove, deadLetters, secondsBetween } from './looks.ts';
import { happening } from './sample.ts';
import type { Scenario, Scene } from './scenario.ts';

const NO_CAPACITY =
  'Could not launch Spot Instances. InsufficientInstanceCapacity - There is no Spot capacity available that matches your request. Launching EC2 instance failed.';

export const fallback: Scenario = {
  name: 'fallback',
  about: 'spot has no capacity after an interruption: on-demand comes, and goes when spot is back',
  isQuick: true,
  play: async (scene) => {
    const { admin, bridge, claim, cluster, namespace, slack, tick } = scene;
    const account = await scene.borrow(['autoscaling', 'ec2']);
    const nodes = openPool(scene, account);
    await createAll(admin, [namespaceObject(namespace)]);
    await createAll(admin, [
      deployment({ namespace, name: 'llm', replicas: 2, gpus: 4, stopsAfterSeconds: 1 }),
    ]);
    const running = async () => (await cluster.running(namespace)).length;
    await claim('two pods run on two spot nodes', async () => same(await running(), 2), 30);
    await tick(EVERY_MINUTE);
    const [lost] = account.instancesOf('spot');
    const doomed = { name: nodes.get(lost?.instanceId ?? '') ?? '' };
    account.changeAutoScalingGroup('spot', { denial: NO_CAPACITY });
    const begun = new Date();
    bridge.put('default', await happening('spot-interruption-terminate', lost?.instanceId ?? ''));
    await claim('the node is emptied', async () => same(await countToMove(scene, [doomed]), 0), 60);
    account.setInstanceState(lost?.instanceId ?? '', 'terminated');
    await cluster.removeNode(doomed.name);
    account.retryLaunches();
    bridge.put('default', launchFailed());
    await claim(
      'one on-demand node is launched',
      async () => same(account.autoScalingGroup('on-demand')?.desired, 1),
      90,
    );
    const launched = secondsBetween(begun);
    await claim('both pods run again', async () => same(await running(), 2), 60);
    const whole = secondsBetween(begun);
    await claim('people are told of the fallback', () => conversationHas(scene, /on-demand|fallback/i), 30);
    account.changeAutoScalingGroup('spot', { denial: undefined });
    account.retryLaunches();
    await claim('spot is back', async () => same(account.instancesOf('spot').length, 2));
    const back = new Date();
    const returned = async () => {
      await Promise.all([tick(EVERY_MINUTE), sleep(5_000)]);
      return same(account.instancesOf('on-demand').length, 0);
    };
    await claim('the on-demand node is returned after the hold', returned, 300);
    // The return may begin a boot's minute before the hold of two is over.
    await claim('and not before', () => secondsBetween(begun) > 60 || `${secondsBetween(begun)} s`);
    await claim('its group wants none', () => same(account.autoScalingGroup('on-demand')?.desired, 0));
    await claim('spot has its size', () => same(account.autoScalingGroup('spot')?.desired, 2));
    await claim('both pods run on spot', async () => same(await running(), 2), 60);
    await claim('no letter is dead', async () => same(await deadLetters(scene), 0));
    await claim('people were told', async () => (await slack.read(slack.channel)).length > 0 || 'nothing');
    return { 'launched s': launched, 'whole again s': whole, 'returned after s': secondsBetween(back) };
  },
};

const EVERY_MINUTE = 'rate(1 minute)';

/** A spot group of two nodes and an on-demand one behind it; an instance that starts becomes a node. Names by instance. */
function openPool({ cluster, join, say }: Scene, account: SimulatedAccount): ReadonlyMap<string, string> {
  const nodes = new Map<string, string>();
  account.onLaunch(({ instanceId }) => {
    join(instanceId).then(
      (name) => nodes.set(instanceId, name),
      (error: unknown) => say(`no node for ${instanceId}: ${error}`),
    );
  });
  account.onTermination((instanceId) => {
    cluster.removeNode(nodes.get(instanceId) ?? '').catch(() => say(`${instanceId} had no node`));
  });
  const common = { cluster: CLUSTER, pool: 'a10g', says: { 'boot-minutes': '1', 'hold-minutes': '2' } };
  account.addAutoScalingGroup(poolGroup({ ...common, name: 'spot', role: 'spot' }));
  account.addAutoScalingGroup(poolGroup({ ...common, name: 'on-demand', role: 'fallback' }));
  account.retryLaunches();
  return nodes;
}

function launchFailed(): object {
  return {
    version: '0',
    id: crypto.randomUUID(),
    'detail-type': 'EC2 Instance Launch Unsuccessful',
    source: 'aws.autoscaling',
    account: '111122223333',
    time: new Date().toISOString(),
    region: 'us-east-2',
    resources: [],
    detail: {
      StatusCode: 'Failed',
      AutoScalingGroupName: 'spot',
      StatusMessage: NO_CAPACITY,
      EC2InstanceId: '',
    },
  };
}
