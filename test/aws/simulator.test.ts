import { systemClock } from '../../functions/clock.ts';
import { startSimulatedAccount } from '../../simulator/account/account.ts';
import { describeAwsContract } from './contract.ts';
import { clusterGroupsAt, portAt, region } from './lab.ts';

describeAwsContract('the simulated account', async () => {
  const account = await startSimulatedAccount({ clock: systemClock, region });
  return {
    port: portAt(account.endpoint),
    readClusterGroups: clusterGroupsAt(account.endpoint),
    createGroup: async ({ name, ...group }) => {
      account.addAutoScalingGroup({ name, min: 0, ...group, zones: ['us-east-2a'] });
      account.retryLaunches();
    },
    close: () => account.close(),
  };
});
