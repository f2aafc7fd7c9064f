import {
  type AutoScalingClient,
  CreateOrUpdateTagsCommand,
  DeleteTagsCommand as DeleteGroupTagsCommand,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeInstancesCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { AwsCallError, ConfigurationError } from '../../functions/errors.ts';
import { ownerFromTags } from '../../functions/locate/owner.ts';
import { DRILL_TAG } from '../../infra/drill-tag.ts';
import { ask } from '../aws/ask.ts';

/** What is drilled. While it carries the tag, an experiment may reach it. */
export interface DrillTarget {
  readonly kind: 'interruption' | 'capacity';
  /** Instance id, or name of the group. */
  readonly id: string;
  /** What will happen, for the person who is asked. */
  readonly warning: string;
  /** Of a group: where it launches. */
  readonly zones?: readonly string[];
  mark(): Promise<void>;
  unmark(): Promise<void>;
}

/** @throws ConfigurationError when it is no running spot instance of a cluster; AwsCallError. */
export async function findInstance(ec2: EC2Client, id: string, region: string): Promise<DrillTarget> {
  const on = `instance ${id}`;
  const instance = await describeInstance(ec2, id, region);
  const state = instance?.State?.Name;
  if (!instance || state !== 'running')
    throw refused('--instance', id, `it is ${state ?? 'not there'} in ${region}`, 'name a running one');
  if (instance.InstanceLifecycle !== 'spot')
    throw refused('--instance', id, 'it is no spot instance', 'AWS interrupts spot instances only; name one');
  const tags = Object.fromEntries((instance.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
  const owner = ownerFromTags({ tags, operatorManaged: instance.Operator?.Managed === true });
  if (owner.type === 'owned' && owner.owner.type === 'auto-mode')
    throw refused(
      '--instance',
      id,
      'it is a node of EKS Auto Mode',
      `${NO_AUTO_MODE}; name another kind of node`,
    );
  if (owner.type !== 'owned')
    throw refused('--instance', id, owner.reason, 'name an instance that is a node of one of your clusters');
  const key = { Resources: [id], Tags: [{ Key: DRILL_TAG.key, Value: DRILL_TAG.value }] };
  return {
    kind: 'interruption',
    id,
    warning: `AWS interrupts ${id}, a node of cluster ${owner.clusterName}, two minutes from now: it is drained, then really terminated.`,
    mark: async () =>
      void (await ask({ action: 'ec2:CreateTags', on, region }, (options) =>
        ec2.send(new CreateTagsCommand(key), options),
      )),
    unmark: async () =>
      void (await ask({ action: 'ec2:DeleteTags', on, region }, (options) =>
        ec2.send(new DeleteTagsCommand(key), options),
      )),
  };
}

/** EKS user guide, "Learn about Amazon EKS Auto Mode managed instances". */
const NO_AUTO_MODE = 'AWS FIS cannot interrupt those';

async function describeInstance(ec2: EC2Client, id: string, region: string) {
  const question = { action: 'ec2:DescribeInstances', on: `instance ${id}`, region };
  try {
    const { Reservations = [] } = await ask(question, (options) =>
      ec2.send(new DescribeInstancesCommand({ InstanceIds: [id], IncludeManagedResources: true }), options),
    );
    return Reservations[0]?.Instances?.[0];
  } catch (error) {
    if (error instanceof AwsCallError && /^InvalidInstanceID/.test(error.code)) return undefined;
    throw error;
  }
}

/** @throws ConfigurationError when there is no such group; AwsCallError. */
export async function findGroup(
  autoScaling: AutoScalingClient,
  name: string,
  region: string,
): Promise<DrillTarget> {
  const on = `group ${name}`;
  const { AutoScalingGroups = [] } = await ask(
    { action: 'autoscaling:DescribeAutoScalingGroups', on, region },
    (options) =>
      autoScaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }), options),
  );
  if (!AutoScalingGroups[0])
    throw refused(
      '--group',
      name,
      `there is no such Auto Scaling group in ${region}`,
      'name one of aws autoscaling describe-auto-scaling-groups',
    );
  const tag = {
    ResourceId: name,
    ResourceType: 'auto-scaling-group',
    Key: DRILL_TAG.key,
    Value: DRILL_TAG.value,
  };
  const write = { Tags: [{ ...tag, PropagateAtLaunch: false }] };
  return {
    kind: 'capacity',
    id: name,
    zones: AutoScalingGroups[0].AvailabilityZones ?? [],
    warning: `For 15 minutes every launch of group ${name} fails for want of capacity. What runs stays; what goes is not replaced there.`,
    mark: async () =>
      void (await ask({ action: 'autoscaling:CreateOrUpdateTags', on, region }, (options) =>
        autoScaling.send(new CreateOrUpdateTagsCommand(write), options),
      )),
    unmark: async () =>
      void (await ask({ action: 'autoscaling:DeleteTags', on, region }, (options) =>
        autoScaling.send(new DeleteGroupTagsCommand(write), options),
      )),
  };
}

/** @throws ConfigurationError when the group may launch where the experiment, which is as wide as `covered`, refuses nothing. */
export function checkZones({ id, zones = [] }: DrillTarget, covered: readonly string[]): void {
  const others = zones.filter((zone) => !covered.includes(zone));
  if (others.length === 0) return;
  throw refused(
    '--group',
    id,
    `it also launches in ${others.join(', ')}, which the stack's experiment leaves alone: CloudFormation knows zones with a default subnet only`,
    `make one in each (aws ec2 create-default-subnet --availability-zone ${others[0]}) and deploy again, or drill another group`,
  );
}

function refused(flag: string, value: string, problem: string, remedy: string): ConfigurationError {
  return new ConfigurationError(`${flag} ${value}: ${problem}; ${remedy}.`);
}
