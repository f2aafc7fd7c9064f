import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { EKSClient } from '@aws-sdk/client-eks';
import type { Clock } from '../../clock.ts';
import { openNodeGroups } from './node-groups.ts';
import type { GroupsPort } from './port.ts';
import { readGroups } from './read-groups.ts';
import { openTypes, readLaunchTimes } from './read-instances.ts';
import { readLaunches } from './read-launches.ts';
import { launch, setDesired, terminate } from './write-groups.ts';

export interface AwsGroupsDeps {
  readonly autoScaling: AutoScalingClient;
  /** The same, with `maxAttempts: 1`: for what must not be repeated. */
  readonly autoScalingOnce: AutoScalingClient;
  readonly eks: EKSClient;
  readonly ec2: EC2Client;
  readonly clock: Clock;
  readonly random: () => number;
}

/** The port over the SDK's own clients. Keep it as long as the process: it remembers node groups and types. */
export function awsGroups({
  autoScaling,
  autoScalingOnce,
  clock,
  ec2,
  eks,
  random,
}: AwsGroupsDeps): GroupsPort {
  const nodeGroups = openNodeGroups(eks, clock, random);
  const describeTypes = openTypes(ec2);
  return {
    listGroups: () => readGroups(autoScaling, nodeGroups),
    listLaunches: (since) => readLaunches(autoScaling, since),
    launchTimes: (ids) => readLaunchTimes(ec2, ids),
    describeTypes,
    setDesired: (group, desired) => setDesired(autoScaling, group, desired),
    launch: (request) => launch(autoScaling, request),
    terminate: (instanceId) => terminate(autoScalingOnce, instanceId),
  };
}
