import { AutoScalingClient, type AutoScalingClientConfig } from '@aws-sdk/client-auto-scaling';
import { EKSClient } from '@aws-sdk/client-eks';
import { systemClock } from '../../functions/clock.ts';
import { openAwsGroups } from '../../functions/fallback/groups/aws-groups.ts';
import { openNodeGroups } from '../../functions/fallback/groups/node-groups.ts';
import type { GroupsPort } from '../../functions/fallback/groups/port.ts';
import { type ClusterGroup, readClusterGroups } from '../../functions/fallback/groups/read-groups.ts';

export interface NewGroup {
  readonly name: string;
  readonly desired: number;
  readonly min?: number;
  readonly max: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** An AWS endpoint on this machine with an empty account behind it. */
export interface AwsLab {
  readonly port: GroupsPort;
  /** What the audit reads of a cluster's groups. */
  readClusterGroups(clusterName: string): Promise<readonly ClusterGroup[]>;
  createGroup(group: NewGroup): Promise<void>;
  close(): Promise<void>;
}

export const region = 'us-east-2';

function settingsFor(endpoint: string): AutoScalingClientConfig & { region: string } {
  return {
    endpoint,
    region,
    credentials: { accessKeyId: 'AKIAFAKE', secretAccessKey: 'fake' },
    maxAttempts: 1,
  };
}

export function clusterGroupsAt(endpoint: string): AwsLab['readClusterGroups'] {
  const settings = settingsFor(endpoint);
  const nodeGroups = openNodeGroups(new EKSClient({ ...settings }), systemClock, Math.random);
  return (clusterName) => readClusterGroups(new AutoScalingClient(settings), nodeGroups, clusterName);
}

/** All clients of the port, pointed at one endpoint. */
export function portAt(endpoint: string): GroupsPort {
  return openAwsGroups(settingsFor(endpoint), { clock: systemClock, random: Math.random });
}
