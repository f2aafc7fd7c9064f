import { AutoScalingClient, type AutoScalingClientConfig } from '@aws-sdk/client-auto-scaling';
import { EKSClient } from '@aws-sdk/client-eks';
import { DENIED } from '../../functions/aws-codes.ts';
import type { Clock } from '../../functions/clock.ts';
import { AwsCallError } from '../../functions/errors.ts';
import { openNodeGroups } from '../../functions/fallback/groups/node-groups.ts';
import { type ClusterGroup, readClusterGroups } from '../../functions/fallback/groups/read-groups.ts';
import type { NodeGroup, Unread } from '../fleet.ts';
import { roleOf } from './groups.ts';

export interface AwsReading {
  readonly awsGroups: readonly NodeGroup[];
  readonly unread: readonly Unread[];
}

interface AwsAccess extends AutoScalingClientConfig {
  readonly region: string;
  readonly clock: Clock;
}

/**
 * The node groups of an EKS cluster as AWS knows them, empty ones too: no object of the cluster describes those. What may not
 * be read is said. Throws `AwsCallError`.
 */
export async function readAwsGroups(
  clusterName: string,
  { clock, ...settings }: AwsAccess,
): Promise<AwsReading> {
  const nodeGroups = openNodeGroups(new EKSClient({ region: settings.region }), clock, Math.random);
  try {
    const groups = await readClusterGroups(new AutoScalingClient(settings), nodeGroups, clusterName);
    return { awsGroups: groups.map(toNodeGroup), unread: [] };
  } catch (error) {
    if (!(error instanceof AwsCallError) || !DENIED.has(error.code)) throw error;
    const reason = `the AWS identity in use may not call ${error.operation}`;
    return { awsGroups: [], unread: [{ resource: 'node groups of EKS', reason }] };
  }
}

function toNodeGroup(group: ClusterGroup): NodeGroup {
  const { buys, instanceTypes, name, nodeGroup, ownTagKeys, tags, zones } = group;
  return {
    ref:
      nodeGroup === undefined
        ? { apiVersion: 'autoscaling', kind: 'AutoScalingGroup', name }
        : { apiVersion: 'eks.amazonaws.com', kind: 'NodeGroup', name: nodeGroup },
    annotations: tags,
    kind: 'aws',
    buysSpot: buys === 'spot',
    buysOnDemand: buys === 'on-demand',
    ...(instanceTypes.length > 0 && { types: instanceTypes }),
    ...(zones.length > 0 && { zones }),
    ...roleOf(tags),
    autoScalingGroup: { name, tagKeys: ownTagKeys },
  };
}
