import { queryAnswer, type ServiceRequest, type WireAnswer } from './protocol.ts';
import {
  type AccountState,
  type LifecycleAction,
  OWNER_ACCOUNT,
  ServiceFault,
  type SimulatedAutoScalingGroup,
} from './state.ts';
import type { XmlValue } from './xml.ts';

type AutoScalingRequest = Extract<ServiceRequest, { service: 'ec2' | 'autoscaling' }>;

/** Seconds that a hook waits when it was seeded without a timeout: Auto Scaling's own default. */
export const DEFAULT_HOOK_SECONDS = 3_600;

/** Answers for Auto Scaling: groups, and hooks that wait, expire by the clock, and are answered once. */
export function answerAutoScaling(state: AccountState, request: AutoScalingRequest): WireAnswer {
  const { operation, parameters } = request;
  switch (operation) {
    case 'CompleteLifecycleAction': {
      const result = parameters.get('LifecycleActionResult') ?? '';
      if (result !== 'CONTINUE' && result !== 'ABANDON')
        throw validation('Lifecycle Action Result is invalid');
      activeAction(state, parameters).result = result;
      return queryAnswer(operation, {});
    }
    case 'RecordLifecycleActionHeartbeat': {
      const action = activeAction(state, parameters);
      action.heartbeats += 1;
      action.expiresAt = new Date(
        state.now().getTime() + (action.timeoutSeconds ?? DEFAULT_HOOK_SECONDS) * 1_000,
      );
      return queryAnswer(operation, {});
    }
    case 'DescribeAutoScalingGroups':
      return queryAnswer(operation, { AutoScalingGroups: groups(state, parameters) });
    default:
      throw new ServiceFault(
        'InvalidAction',
        `Could not find operation ${operation} in this simulated account`,
      );
  }
}

function activeAction(state: AccountState, parameters: URLSearchParams): LifecycleAction {
  const token = parameters.get('LifecycleActionToken');
  const instanceId = parameters.get('InstanceId');
  const found = state.lifecycleActions.find(
    (action) =>
      action.group === parameters.get('AutoScalingGroupName') &&
      action.hook === parameters.get('LifecycleHookName') &&
      (token === null ? action.instanceId === instanceId : action.token === token) &&
      action.result === undefined &&
      action.expiresAt > state.now(),
  );
  if (found !== undefined) return found;
  throw validation(
    `No active Lifecycle Action found with ${token ? `token ${token}` : `instance ID ${instanceId}`}`,
  );
}

function validation(message: string): ServiceFault {
  return new ServiceFault('ValidationError', message);
}

function groups(state: AccountState, parameters: URLSearchParams): readonly XmlValue[] {
  const names = [...parameters]
    .filter(([key]) => key.startsWith('AutoScalingGroupNames.member.'))
    .map(([, name]) => name);
  return [...state.autoScalingGroups.values()]
    .filter((group) => names.length === 0 || names.includes(group.name))
    .map((group) => describeGroup(state, group));
}

/** A group's instances are those whose tag names it, as on AWS. */
function describeGroup(state: AccountState, group: SimulatedAutoScalingGroup): XmlValue {
  const members = [...state.instances.values()].filter(
    ({ tags, state: instanceState }) =>
      tags?.['aws:autoscaling:groupName'] === group.name && instanceState !== 'terminated',
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
    Instances: members.map((member) => ({
      InstanceId: member.instanceId,
      InstanceType: member.type ?? 'm6i.large',
      AvailabilityZone: member.zone ?? `${state.region}a`,
      LifecycleState: member.state === 'pending' ? 'Pending' : 'InService',
      HealthStatus: 'Healthy',
      ProtectedFromScaleIn: false,
    })),
  };
}
