import {
  describeActivities,
  groupOf,
  launchInstances,
  setDesiredCapacity,
  terminateInstance,
} from './capacity.ts';
import {
  completeLifecycleAction,
  describeLifecycleHooks,
  isActive,
  recordHeartbeat,
} from './lifecycle-actions.ts';
import { queryAnswer, type ServiceRequest, type WireAnswer } from './protocol.ts';
import {
  type AccountState,
  OWNER_ACCOUNT,
  ServiceFault,
  type SimulatedAutoScalingGroup,
  type SimulatedInstance,
} from './state.ts';
import type { XmlValue } from './xml.ts';

type AutoScalingRequest = Extract<ServiceRequest, { readonly parameters: URLSearchParams }>;

/** Answers for Auto Scaling: groups, their instances, and hooks that wait. */
export function answerAutoScaling(state: AccountState, request: AutoScalingRequest): WireAnswer {
  const { operation, parameters } = request;
  switch (operation) {
    case 'CompleteLifecycleAction':
      return completeLifecycleAction(state, parameters);
    case 'RecordLifecycleActionHeartbeat':
      return recordHeartbeat(state, parameters);
    case 'DescribeLifecycleHooks':
      return describeLifecycleHooks(state, parameters);
    case 'CreateOrUpdateTags':
    case 'DeleteTags':
      return tagGroup(state, operation, parameters);
    case 'DescribeAutoScalingGroups':
      return describeGroups(state, request);
    case 'DescribeScalingActivities':
      return describeActivities(state, parameters);
    case 'SetDesiredCapacity':
      return setDesiredCapacity(state, parameters);
    case 'TerminateInstanceInAutoScalingGroup':
      return terminateInstance(state, parameters);
    case 'LaunchInstances':
      return launchInstances(state, parameters);
    case 'DescribeAutoScalingInstances':
      return queryAnswer(operation, { AutoScalingInstances: instances(state, parameters) });
    default:
      throw new ServiceFault(
        'InvalidAction',
        `Could not find operation ${operation} in this simulated account`,
      );
  }
}

/** By names, tag keys or one tag's values, in pages. */
function describeGroups(state: AccountState, { parameters, region }: AutoScalingRequest): WireAnswer {
  const names = listed(parameters, 'AutoScalingGroupNames');
  const filter = parameters.get('Filters.member.1.Name') ?? '';
  const wanted = listed(parameters, 'Filters.member.1.Values');
  const fits = (tags: Readonly<Record<string, string>> = {}) =>
    filter.startsWith('tag:')
      ? wanted.includes(tags[filter.slice('tag:'.length)] ?? '')
      : wanted.length === 0 || wanted.some((key) => key in tags);
  const found = [...state.autoScalingGroups.values()]
    .filter((group) => (group.region ?? state.region) === region)
    .filter((group) => names.length === 0 || names.includes(group.name))
    .filter(({ tags }) => fits(tags));
  const start = Number(parameters.get('NextToken') ?? 0);
  const end = start + Number(parameters.get('MaxRecords') ?? 50);
  const members = Map.groupBy(state.instances.values(), (instance) => groupOf(instance));
  return queryAnswer('DescribeAutoScalingGroups', {
    AutoScalingGroups: found
      .slice(start, end)
      .map((group) => describeGroup(state, group, members.get(group.name) ?? [])),
    NextToken: end < found.length ? String(end) : undefined,
  });
}

/** Ids that no group knows are left out, as on AWS. */
function instances(state: AccountState, parameters: URLSearchParams): readonly XmlValue[] {
  const ids = listed(parameters, 'InstanceIds');
  return [...state.instances.values()]
    .filter(({ instanceId }) => ids.length === 0 || ids.includes(instanceId))
    .flatMap((instance) => {
      const group = groupOf(instance);
      return group === undefined ? [] : [{ ...describeMember(state, instance), AutoScalingGroupName: group }];
    });
}

function listed(parameters: URLSearchParams, name: string): readonly string[] {
  return [...parameters].filter(([key]) => key.startsWith(`${name}.member.`)).map(([, value]) => value);
}

/** A group's instances are those whose tag names it, as on AWS. */
function describeGroup(
  state: AccountState,
  group: SimulatedAutoScalingGroup,
  tagged: readonly SimulatedInstance[],
): XmlValue {
  const members = tagged.filter(({ state }) => state !== 'terminated');
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: `arn:aws:autoscaling:${state.region}:${OWNER_ACCOUNT}:autoScalingGroup:fake:autoScalingGroupName/${group.name}`,
    MinSize: group.min,
    MaxSize: group.max,
    DesiredCapacity: group.desired,
    DefaultCooldown: 300,
    HealthCheckType: 'EC2',
    CreatedTime: '2026-11-01T00:00:00Z',
    AvailabilityZones: [...(group.zones ?? [`${state.region}a`])],
    Instances: members.map((member) => describeMember(state, member)),
    Tags: Object.entries(group.tags ?? {}).map(([Key, Value]) => ({
      Key,
      Value,
      ResourceId: group.name,
      ResourceType: 'auto-scaling-group',
      PropagateAtLaunch: true,
    })),
    MixedInstancesPolicy: group.instanceType && describePolicy(group),
    ...(group.warm !== undefined && {
      WarmPoolConfiguration: { PoolState: 'Stopped' },
      WarmPoolSize: group.warm,
    }),
  };
}

function describePolicy({ instanceType, otherTypes = [], spot }: SimulatedAutoScalingGroup): XmlValue {
  return {
    LaunchTemplate: {
      LaunchTemplateSpecification: { LaunchTemplateId: 'lt-0simulated', Version: '1' },
      Overrides: [instanceType, ...otherTypes].map((each) => ({ InstanceType: each })),
    },
    InstancesDistribution: { OnDemandPercentageAboveBaseCapacity: spot ? 0 : 100 },
  };
}

function describeMember(state: AccountState, instance: SimulatedInstance) {
  return {
    InstanceId: instance.instanceId,
    InstanceType: instance.type ?? 'm6i.large',
    AvailabilityZone: instance.zone ?? `${state.region}a`,
    LifecycleState: instance.lifecycleState ?? lifecycleStateOf(state, instance),
    HealthStatus: 'Healthy',
    ProtectedFromScaleIn: false,
  };
}

function lifecycleStateOf(state: AccountState, instance: SimulatedInstance): string {
  const waits = state.lifecycleActions.some(
    (action) => action.instanceId === instance.instanceId && isActive(action, state.clock.now()),
  );
  if (waits) return 'Terminating:Wait';
  return instance.state === 'pending' ? 'Pending' : 'InService';
}

function tagGroup(state: AccountState, operation: string, parameters: URLSearchParams): WireAnswer {
  const field = (name: string) => parameters.get(`Tags.member.1.${name}`) ?? '';
  const group = state.autoScalingGroups.get(field('ResourceId'));
  if (!group)
    throw new ServiceFault('ValidationError', `AutoScalingGroup ${field('ResourceId')} does not exist`);
  const { [field('Key')]: _gone, ...others } = group.tags ?? {};
  const tags = operation === 'DeleteTags' ? others : { ...others, [field('Key')]: field('Value') };
  state.autoScalingGroups.set(group.name, { ...group, tags });
  return queryAnswer(operation, {});
}
