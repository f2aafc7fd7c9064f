import type { SimulatedAccount } from '../../simulator/account/account.ts';
import { poolGroup } from '../../simulator/account/pool-groups.ts';
import type { SimulatedCluster } from '../../simulator/cluster/cluster.ts';

const SPOT_NODES = 2;

/** Pools of two spot nodes with a fallback group each, spread over the clusters. */
export function seedFleet(
  account: SimulatedAccount,
  clusters: readonly { readonly name: string; readonly cluster: SimulatedCluster }[],
  pools: number,
): void {
  const homes = new Map<string, SimulatedCluster>();
  account.onLaunch(({ instanceId }, group) => {
    homes.get(group)?.addNode({
      name: `node-${instanceId}`,
      instanceId,
      zone: 'us-east-2a',
      gpus: 1,
      instanceType: 'g5.xlarge',
    });
  });
  for (let each = 0; each < pools; each++) {
    const home = clusters[each % clusters.length];
    if (!home) continue;
    for (const role of ['spot', 'fallback'] as const) {
      const name = `${role}-${each}`;
      if (role === 'spot') homes.set(name, home.cluster);
      const group = { name, cluster: home.name, pool: `pool-${each}`, role, max: SPOT_NODES };
      account.addAutoScalingGroup(poolGroup({ ...group, instanceType: 'g5.xlarge' }));
    }
  }
  account.retryLaunches();
}

/** Of the first `pools` pools one spot node goes, and no other comes. */
export function takeSpot(
  account: SimulatedAccount,
  clusters: readonly { readonly cluster: SimulatedCluster }[],
  pools: number,
): void {
  for (let each = 0; each < pools; each++) {
    const group = `spot-${each}`;
    account.changeAutoScalingGroup(group, {
      denial:
        'Could not launch Spot Instances. InsufficientInstanceCapacity - There is no Spot capacity available that matches your request. Launching EC2 instance failed.',
    });
    const id = account.instancesOf(group)[0]?.instanceId ?? '';
    account.setInstanceState(id, 'terminated');
    clusters[each % clusters.length]?.cluster.removeNode(`node-${id}`);
  }
  account.retryLaunches();
}
