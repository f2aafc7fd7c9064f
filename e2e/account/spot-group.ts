import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import { asInstanceId, type InstanceId } from '../../functions/signals/interruption.ts';
import type { Connection } from './deploy.ts';

export interface GroupOptions {
  readonly name: string;
  readonly size: number;
  readonly most?: number;
  readonly tags?: Readonly<Record<string, string>>;
}

const LAUNCH = 'gpu';

/** An Auto Scaling group as a managed node group has one, with instances that carry its tags. */
export async function createGroup(
  connection: Connection,
  { most, name, size, tags = {} }: GroupOptions,
): Promise<readonly InstanceId[]> {
  const client = new AutoScalingClient(connection);
  await client
    .send(
      new CreateLaunchConfigurationCommand({
        LaunchConfigurationName: LAUNCH,
        ImageId: 'ami-12c6146b',
        InstanceType: 'g5.12xlarge',
      }),
    )
    .catch(ignoreExisting);
  await client.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: name,
      LaunchConfigurationName: LAUNCH,
      DesiredCapacity: size,
      MinSize: 0,
      MaxSize: most ?? size,
      AvailabilityZones: [`${connection.region}a`],
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value, PropagateAtLaunch: true })),
    }),
  );
  return membersOf(connection, name);
}

async function membersOf(connection: Connection, name: string): Promise<readonly InstanceId[]> {
  const { AutoScalingGroups = [] } = await new AutoScalingClient(connection).send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
  );
  return (AutoScalingGroups[0]?.Instances ?? []).flatMap(({ InstanceId: id = '' }) => asInstanceId(id) ?? []);
}

function ignoreExisting(error: unknown): void {
  if (!(error instanceof Error && error.name.startsWith('AlreadyExists'))) throw error;
}
