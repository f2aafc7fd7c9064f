import { afterAll, beforeAll, expect, test } from 'vitest';
import { definePools } from '../../functions/fallback/define/define-pools.ts';
import { openAwsGroups } from '../../functions/fallback/groups/aws-groups.ts';
import { type SimulatedAccount, startSimulatedAccount } from '../../simulator/account/account.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { A10G, mixedCapacity, type SynthesisedGroup } from './node-groups-app.ts';

const region = 'us-east-2';
const clock = new FakeClock();
let account: SimulatedAccount;

beforeAll(async () => {
  account = await startSimulatedAccount({ clock, region });
});

afterAll(() => account.close());

/** What EKS makes of a node group: its Auto Scaling group has EKS's own tags, and none of the node group's. */
function deploy(cluster: string, name: string, group: SynthesisedGroup): void {
  account.addNodeGroup({ cluster, name, tags: group.Tags ?? {}, capacityType: group.CapacityType });
  account.addAutoScalingGroup({
    name: `eks-${name}-1`,
    min: group.ScalingConfig.MinSize,
    max: group.ScalingConfig.MaxSize,
    desired: group.ScalingConfig.DesiredSize,
    instanceType: group.InstanceTypes[0] ?? '',
    spot: group.CapacityType === 'SPOT',
    zones: ['us-east-2a', 'us-east-2b', 'us-east-2c'],
    tags: {
      'eks:cluster-name': cluster,
      'eks:nodegroup-name': name,
      [`kubernetes.io/cluster/${cluster}`]: 'owned',
    },
  });
}

test('the fallback finds the pool of synthesised node groups, though their tags reach no Auto Scaling group', async () => {
  const fallback = { maxNodes: 5, dollarsPerNodeHour: 1.006 };
  const { groups } = mixedCapacity({ fallback, maxDollarsPerHour: 6 });
  for (const [name, group] of Object.entries(groups)) deploy('main', name, group);
  const client = {
    region,
    endpoint: account.endpoint,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  };
  const port = openAwsGroups(client, { clock, random: () => 0 });
  const found = await port.listGroups();
  const { broken, pools } = definePools(found, await port.describeTypes(A10G));
  expect(broken).toEqual([]);
  expect(pools).toHaveLength(1);
  expect(pools[0]).toMatchObject({
    key: 'main/inference',
    countsGpus: true,
    maxDollarsPerHour: 6,
    spot: [{ gpusPerNode: 1, group: { nodeGroup: 'Spot', desired: 5, min: 0, max: 20, buys: 'spot' } }],
    fallbacks: [
      {
        gpusPerNode: 1,
        maxNodes: 5,
        dollarsPerNodeHour: 1.006,
        group: { nodeGroup: 'Fallback', desired: 0 },
      },
    ],
  });
}, 60_000);
