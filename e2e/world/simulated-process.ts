import { nodeName, spotNode } from '../../controlplane/fleet/nodes.ts';
import { systemClock } from '../../functions/clock.ts';
import { startSimulatedAccount } from '../../simulator/account/account.ts';
import { startSimulatedCluster } from '../../simulator/cluster/cluster.ts';
import { startSimulatedTable } from '../../simulator/table/table.ts';
import { CLUSTER, REGION } from './identities.ts';
import type { WorldOrder, WorldWord } from './simulated.ts';

/** Serves the simulated cluster and its account, or the table; ends with its parent. `node simulated-process.ts world|table` */

/** As AWS documents it for one account and region: a bucket of calls, refilled each second. */
const EC2_READS = { capacity: 100, refillPerSecond: 20 };

process.once('disconnect', () => process.exit());
if (process.argv[2] === 'table') {
  const { endpoint } = await startSimulatedTable();
  say({ type: 'up', routes: { dynamodb: endpoint } });
} else await serveWorld();

async function serveWorld(): Promise<void> {
  const [cluster, account] = await Promise.all([
    startSimulatedCluster({ clock: systemClock }),
    startSimulatedAccount({ clock: systemClock, region: REGION, ec2ReadQuota: EC2_READS }),
  ]);
  process.on('message', (order: WorldOrder) => {
    if (order.type === 'fill') {
      for (let number = 1; number <= order.nodes; number += 1) addSpotNode(number);
      say({ type: 'filled' });
    } else say({ type: 'look', look: look() });
  });
  const { endpoint } = account;
  say({
    type: 'up',
    cluster: cluster.url,
    routes: { ec2: endpoint, autoscaling: endpoint, sqs: endpoint },
  });

  function addSpotNode(number: number): void {
    const { instanceId } = spotNode(number);
    const name = nodeName(number);
    const zone = `${REGION}a`;
    const tags = { 'eks:cluster-name': CLUSTER, 'eks:nodegroup-name': 'gpu-spot' };
    const type = 'g5.12xlarge';
    account.addInstance({ instanceId, type, zone, privateDnsName: name, tags, spot: true });
    const labels = { 'eks.amazonaws.com/nodegroup': 'gpu-spot', 'node.kubernetes.io/instance-type': type };
    cluster.addNode({ name, instanceId, zone, gpus: 4, labels });
    // Without an owner that would want it back: where a thousand pods could go is not the question.
    cluster.addBarePod({ namespace: 'default', name: `llm-${number}`, node: name });
  }

  function look() {
    const nodes = cluster.nodes();
    const known = new Set(nodes.map(({ metadata }) => metadata.name));
    return {
      cordoned: nodes.filter(({ spec }) => spec.unschedulable === true).length,
      pods: cluster.pods().filter(({ spec }) => known.has(spec.nodeName ?? '')).length,
    };
  }
}

function say(word: WorldWord): void {
  if (process.connected) process.send?.(word);
}
