import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
} from '@aws-sdk/client-auto-scaling';
import { startMoto } from '../../simulator/moto/server.ts';
import { describeAwsContract } from './contract.ts';
import { clusterGroupsAt, portAt, region } from './lab.ts';

describeAwsContract('moto', async () => {
  const program = process.env.MOTO_SERVER;
  if (!program) throw new Error('MOTO_SERVER is not set: run npm run test:aws');
  const moto = await startMoto(program);
  const client = new AutoScalingClient({
    endpoint: moto.endpoint,
    region,
    credentials: { accessKeyId: 'AKIAFAKE', secretAccessKey: 'fake' },
  });
  await client.send(
    new CreateLaunchConfigurationCommand({
      LaunchConfigurationName: 'gpu',
      ImageId: 'ami-12c6146b',
      InstanceType: 'g5.xlarge',
    }),
  );
  return {
    port: portAt(moto.endpoint),
    readClusterGroups: clusterGroupsAt(moto.endpoint),
    createGroup: async ({ name, desired, min = 0, max, tags }) => {
      await client.send(
        new CreateAutoScalingGroupCommand({
          AutoScalingGroupName: name,
          LaunchConfigurationName: 'gpu',
          DesiredCapacity: desired,
          MinSize: min,
          MaxSize: max,
          AvailabilityZones: ['us-east-2a'],
          Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value, PropagateAtLaunch: true })),
        }),
      );
    },
    close: () => moto.close(),
  };
});
