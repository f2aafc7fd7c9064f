import {
  type AutoScalingClient,
  type AutoScalingGroup,
  type Instance,
  paginateDescribeAutoScalingGroups,
} from '@aws-sdk/client-auto-scaling';
import { POOL_KEY } from '../../locate/owner.ts';
import { asInstanceId } from '../../signals/interruption.ts';
import { askAws } from './aws-call.ts';
import type { NodeGroupFacts, NodeGroups } from './node-groups.ts';
import type { Group, Member } from './port.ts';

/** A group of the API's answers at most. */
const PAGE_SIZE = 100;
const NODE_GROUP_KEY = 'eks:nodegroup-name';

/**
 * One call for a hundred groups. Tags of an EKS node group do not reach its Auto Scaling group, so those without our tag
 * are looked up in EKS.
 */
export async function readGroups(
  client: AutoScalingClient,
  nodeGroups: NodeGroups,
): Promise<readonly Group[]> {
  const groups = await listTagged(client, [POOL_KEY, NODE_GROUP_KEY]);
  const known = await nodeGroups.describe(groups.filter(isForEks));
  return groups
    .map((group) => withNodeGroup(group, known.get(group.name)))
    .filter(({ tags }) => POOL_KEY in tags);
}

/** Our tag may be on the node group; and of a group that is empty, only EKS may know what it would launch. */
function isForEks({ instanceTypes, nodeGroup, tags }: Group): boolean {
  return !(POOL_KEY in tags) || (nodeGroup !== undefined && instanceTypes.length === 0);
}

/** A group of one cluster, whether or not it is in a pool. */
export interface ClusterGroup extends Group {
  /** Keys of its own tags, without its node group's: what Cluster Autoscaler finds it by. */
  readonly ownTagKeys: readonly string[];
}

/** All Auto Scaling groups of an EKS cluster, managed or not, empty ones too. Throws `AwsCallError`. */
export async function readClusterGroups(
  client: AutoScalingClient,
  nodeGroups: NodeGroups,
  clusterName: string,
): Promise<readonly ClusterGroup[]> {
  const clusterKey = `kubernetes.io/cluster/${clusterName}`;
  const listed = await listTagged(client, [clusterKey, 'eks:cluster-name']);
  const groups = listed.filter(({ tags }) => clusterKey in tags || tags['eks:cluster-name'] === clusterName);
  const known = await nodeGroups.describe(groups.filter(({ nodeGroup }) => nodeGroup !== undefined));
  return groups.map((group) => ({
    ...withNodeGroup(group, known.get(group.name)),
    ownTagKeys: Object.keys(group.tags),
  }));
}

/** Those that carry one of the tags, but for those that are being deleted. */
async function listTagged(client: AutoScalingClient, keys: readonly string[]): Promise<readonly Group[]> {
  const found = await askAws('autoscaling', 'DescribeAutoScalingGroups', async ({ abortSignal }) => {
    const groups: AutoScalingGroup[] = [];
    const filter = { Name: 'tag-key', Values: [...keys] };
    const pages = paginateDescribeAutoScalingGroups(
      { client, pageSize: PAGE_SIZE },
      { Filters: [filter] },
      { abortSignal },
    );
    for await (const page of pages) groups.push(...(page.AutoScalingGroups ?? []));
    return groups;
  });
  // `Status` is set while the group is being deleted.
  return found.filter(({ Status }) => !Status).map(toGroup);
}

function withNodeGroup(group: Group, nodeGroup: NodeGroupFacts | undefined): Group {
  if (!nodeGroup) return group;
  return {
    ...group,
    tags: { ...nodeGroup.tags, ...group.tags },
    ...(nodeGroup.buys && { buys: nodeGroup.buys }),
    ...(group.instanceTypes.length === 0 && { instanceTypes: nodeGroup.instanceTypes }),
  };
}

function toGroup(group: AutoScalingGroup): Group {
  const tags = Object.fromEntries((group.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
  const members = (group.Instances ?? []).flatMap(toMember);
  const nodeGroup = tags[NODE_GROUP_KEY];
  const buys = marketOf(group);
  return {
    name: group.AutoScalingGroupName ?? '',
    // `arn:aws:autoscaling:REGION:ACCOUNT:autoScalingGroup:…`
    account: group.AutoScalingGroupARN?.split(':')[4] ?? '',
    tags,
    ...(nodeGroup && { nodeGroup }),
    desired: group.DesiredCapacity ?? 0,
    min: group.MinSize ?? 0,
    max: group.MaxSize ?? 0,
    zones: group.AvailabilityZones ?? [],
    instanceTypes: typesOf(group),
    ...(buys && { buys }),
    members,
    ...(group.WarmPoolConfiguration && { warm: group.WarmPoolSize ?? 0 }),
    isSuspended: (group.SuspendedProcesses ?? []).some(({ ProcessName }) => ProcessName === 'Launch'),
  };
}

/** What waits in a warm pool (`Warmed:…`) runs nothing yet. */
function toMember({
  AvailabilityZone,
  InstanceId: id,
  LifecycleState,
  ProtectedFromScaleIn,
}: Instance): Member[] {
  const instanceId = asInstanceId(id ?? '');
  if (!instanceId || LifecycleState?.startsWith('Warmed')) return [];
  return [
    {
      instanceId,
      zone: AvailabilityZone ?? '',
      state: LifecycleState ?? '',
      isProtected: ProtectedFromScaleIn ?? false,
    },
  ];
}

function typesOf({ Instances, MixedInstancesPolicy }: AutoScalingGroup): readonly string[] {
  const written = (MixedInstancesPolicy?.LaunchTemplate?.Overrides ?? []).map(
    ({ InstanceType }) => InstanceType,
  );
  const running = (Instances ?? []).map(({ InstanceType }) => InstanceType);
  const types = written.some(Boolean) ? written : running;
  return [...new Set(types.filter((type) => type !== undefined))];
}

function marketOf({ MixedInstancesPolicy }: AutoScalingGroup): Group['buys'] {
  const percent = MixedInstancesPolicy?.InstancesDistribution?.OnDemandPercentageAboveBaseCapacity;
  if (percent === 0) return 'spot';
  return percent === 100 ? 'on-demand' : undefined;
}
