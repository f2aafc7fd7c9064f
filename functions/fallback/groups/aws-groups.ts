import { AutoScalingClient, type AutoScalingClientConfig } from '@aws-sdk/client-auto-scaling';
import type { EC2Client, EC2ClientConfig } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import type { Clock } from '../../clock.ts';
import { lazyInstances } from './lazy-instances.ts';
import { openNodeGroups } from './node-groups.ts';
import type { GroupsPort } from './port.ts';
import { readGroups } from './read-groups.ts';
import { readLaunches } from './read-launches.ts';
import { launch, setDesired, terminate } from './write-groups.ts';

export interface AwsGroupsDeps {
  readonly autoScaling: AutoScalingClient;
  /** The same, with `maxAttempts: 1`: for what must not be repeated. */
  readonly autoScalingOnce: AutoScalingClient;
  readonly eks: EKSClient;
  /** Settings of a client of its own, which is loaded when there is a first pool; or a client. */
  readonly ec2: EC2Client | EC2ClientConfig;
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
  return {
    listGroups: () => readGroups(autoScaling, nodeGroups),
    listLaunches: (since) => readLaunches(autoScaling, since),
    ...lazyInstances(ec2),
    setDesired: (group, desired) => setDesired(autoScaling, group, desired),
    launch: (request) => launch(autoScaling, request),
    terminate: (instanceId) => terminate(autoScalingOnce, instanceId),
  };
}

/** Where the clients speak to, as whom, and how patiently. */
export type AwsSettings = Pick<
  AutoScalingClientConfig,
  'credentials' | 'endpoint' | 'maxAttempts' | 'region' | 'retryMode'
>;

/** The port with clients of its own. */
export function openAwsGroups(
  settings: AwsSettings,
  time: Pick<AwsGroupsDeps, 'clock' | 'random'>,
): GroupsPort {
  return awsGroups({
    autoScaling: new AutoScalingClient(settings),
    autoScalingOnce: new AutoScalingClient({ ...settings, maxAttempts: 1 }),
    ec2: settings,
    eks: new EKSClient(settings),
    ...time,
  });
}
