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

type AutoScalingRequest = Extract<ServiceRequest, { service: 'ec2' | 'autoscaling' }>;

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
    case 'DescribeAutoScalingGroups':
      return queryAnswer(operation, { AutoScalingGroups: groups(state, parameters) });
    case 'DescribeAutoScalingInstances':
      return queryAnswer(operation, { AutoScalingInstances: instances(state, parameters) });
    default:
      throw new ServiceFault(
        'InvalidAction',
        `Could not find operation ${operation} in this simulated account`,
      );
  }
}

function groups(state: AccountState, parameters: URLSearchParams): readonly XmlValue[] {
  const names = listed(parameters, 'AutoScalingGroupNames');
  return [...state.autoScalingGroups.values()]
    .filter((group) => names.length === 0 || names.includes(group.name))
    .map((group) => describeGroup(state, group));
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
function describeGroup(state: AccountState, group: SimulatedAutoScalingGroup): XmlValue {
  const members = [...state.instances.values()].filter(
    (instance) => groupOf(instance) === group.name && instance.state !== 'terminated',
  );
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
  };
}

function groupOf({ tags }: SimulatedInstance): string | undefined {
  return tags?.['aws:autoscaling:groupName'];
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
