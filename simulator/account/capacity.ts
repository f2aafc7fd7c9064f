import { randomBytes } from 'node:crypto';
import { queryAnswer, type WireAnswer } from './protocol.ts';
import {
  type AccountState,
  type ScalingActivity,
  ServiceFault,
  type SimulatedAutoScalingGroup,
  type SimulatedInstance,
} from './state.ts';
import type { XmlValue } from './xml.ts';

/** Sizes of Auto Scaling groups, and what follows from them: launches, terminations, activities. */

/** SetDesiredCapacity: launches at once, or writes down why not. What is too much stays: the simulator picks no victim. */
export function setDesiredCapacity(state: AccountState, parameters: URLSearchParams): WireAnswer {
  const group = groupNamed(state, parameters.get('AutoScalingGroupName') ?? '');
  const desired = Number(parameters.get('DesiredCapacity'));
  const bound = desired > group.max ? `above max value ${group.max}` : `below min value ${group.min}`;
  if (desired > group.max || desired < group.min)
    throw validation(`New SetDesiredCapacity value ${desired} is ${bound} for the AutoScalingGroup.`);
  changeGroup(state, group.name, { desired });
  fillGroup(state, group.name);
  return queryAnswer('SetDesiredCapacity', {});
}

/** TerminateInstanceInAutoScalingGroup. An instance that is going already is no member any more. */
export function terminateInstance(state: AccountState, parameters: URLSearchParams): WireAnswer {
  const id = parameters.get('InstanceId') ?? '';
  const instance = state.instances.get(id);
  const name = instance && groupOf(instance);
  if (!instance || !name || !isMember(instance))
    throw validation(`Instance Id not found - No managed instance found for instance ID: ${id}`);
  const decrement = parameters.get('ShouldDecrementDesiredCapacity') === 'true';
  const group = groupNamed(state, name);
  if (decrement && group.desired <= group.min)
    throw validation(
      `Currently, desiredSize equals minSize (${group.min}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
    );
  state.instances.set(id, { ...instance, state: 'terminated' });
  if (decrement) changeGroup(state, name, { desired: group.desired - 1 });
  const activity = note(state, name, `Terminating EC2 instance: ${id}`, 'Successful', '');
  for (const listener of state.terminationListeners) listener(id, name);
  fillGroup(state, name);
  return queryAnswer('TerminateInstanceInAutoScalingGroup', { Activity: describeActivity(activity) });
}

/** LaunchInstances: answers at once, and raises the desired capacity by what was launched. */
export function launchInstances(state: AccountState, parameters: URLSearchParams): WireAnswer {
  const group = groupNamed(state, parameters.get('AutoScalingGroupName') ?? '');
  if (group.warm !== undefined)
    throw new ServiceFault(
      'UnsupportedOperation',
      'LaunchInstances is not supported for groups with warm pools.',
    );
  const launched = launchOnce(state, group, parameters);
  const [, code = 'InsufficientInstanceCapacity', message = ''] =
    /\. (\w+) - (.*)$/.exec(group.denial ?? '') ?? [];
  return queryAnswer('LaunchInstances', {
    AutoScalingGroupName: group.name,
    Instances: launched.length > 0 ? [{ InstanceType: typeOf(group), InstanceIds: [...launched] }] : [],
    Errors: launched.length < requestOf(parameters).nodes ? [{ ErrorCode: code, ErrorMessage: message }] : [],
  });
}

/** Auto Scaling API reference, LaunchInstances. */
const CLIENT_TOKEN = /^[A-Za-z0-9\-_/]{1,64}$/;

/** As many as there is room for; for a token that is known, what it launched the first time. */
function launchOnce(
  state: AccountState,
  group: SimulatedAutoScalingGroup,
  parameters: URLSearchParams,
): readonly string[] {
  const { nodes, zone } = requestOf(parameters);
  const given = parameters.get('ClientToken') ?? '';
  if (!CLIENT_TOKEN.test(given))
    throw validation(`The client token ${given} does not match ${CLIENT_TOKEN.source}.`);
  const token = `${group.name}/${given}`;
  const asked = `${nodes} in ${zone}`;
  const known = state.launchTokens.get(token);
  if (known && known.asked !== asked)
    throw new ServiceFault(
      'IdempotentParameterMismatch',
      `The client token was used before, with other parameters: ${known.asked}, now ${asked}.`,
    );
  if (known) return known.launched;
  if (group.desired + nodes > group.max)
    throw validation(`The launch would exceed the group's max size ${group.max}.`);
  const room = group.denial ? 0 : (group.room?.[zone] ?? nodes);
  const launched = Array.from({ length: Math.min(nodes, room) }, () => launch(state, group, zone).instanceId);
  state.launchTokens.set(token, { asked, launched });
  changeGroup(state, group.name, {
    desired: group.desired + launched.length,
    ...(group.room && { room: { ...group.room, [zone]: room - launched.length } }),
  });
  return launched;
}

function requestOf(parameters: URLSearchParams): { readonly nodes: number; readonly zone: string } {
  const zone = parameters.get('AvailabilityZones.member.1') ?? '';
  return { nodes: Number(parameters.get('RequestedCapacity')), zone };
}

/** DescribeScalingActivities, of one group or of all: newest first, in pages. */
export function describeActivities(state: AccountState, parameters: URLSearchParams): WireAnswer {
  const name = parameters.get('AutoScalingGroupName');
  const found = state.activities.filter(({ group }) => name === null || group === name).toReversed();
  const start = Number(parameters.get('NextToken') ?? 0);
  const end = start + Number(parameters.get('MaxRecords') ?? 100);
  return queryAnswer('DescribeScalingActivities', {
    Activities: found.slice(start, end).map(describeActivity),
    NextToken: end < found.length ? String(end) : undefined,
  });
}

/** Launches what the group lacks, or writes down one failure. */
export function fillGroup(state: AccountState, name: string): void {
  const group = groupNamed(state, name);
  const missing = group.desired - membersOf(state, name).length;
  if (missing > 0 && group.denial)
    note(state, name, 'Launching a new EC2 instance.  Status Reason: see message.', 'Failed', group.denial);
  else for (let each = 0; each < missing; each++) launch(state, group);
}

export function changeGroup(
  state: AccountState,
  name: string,
  change: Partial<SimulatedAutoScalingGroup>,
): void {
  state.autoScalingGroups.set(name, { ...groupNamed(state, name), ...change });
}

export function membersOf(state: AccountState, group: string): readonly SimulatedInstance[] {
  return [...state.instances.values()].filter((each) => groupOf(each) === group && isMember(each));
}

export function groupOf({ tags }: SimulatedInstance): string | undefined {
  return tags?.['aws:autoscaling:groupName'];
}

function launch(state: AccountState, group: SimulatedAutoScalingGroup, zone?: string): SimulatedInstance {
  const instance: SimulatedInstance = {
    instanceId: `i-${randomBytes(8).toString('hex')}0`,
    type: typeOf(group),
    zone: zone ?? group.zones?.[0] ?? `${state.region}a`,
    tags: { ...group.tags, 'aws:autoscaling:groupName': group.name },
    launchedAt: state.clock.now(),
  };
  state.instances.set(instance.instanceId, instance);
  note(state, group.name, `Launching a new EC2 instance: ${instance.instanceId}`, 'Successful', '');
  for (const listener of state.launchListeners) listener(instance, group.name);
  return instance;
}

function typeOf({ instanceType }: SimulatedAutoScalingGroup): string {
  return instanceType ?? 'm6i.large';
}

function isMember({ state }: SimulatedInstance): boolean {
  return state !== 'terminated' && state !== 'shutting-down';
}

function groupNamed(state: AccountState, name: string): SimulatedAutoScalingGroup {
  const group = state.autoScalingGroups.get(name);
  if (!group) throw validation(`AutoScalingGroup name not found - AutoScalingGroup '${name}' not found`);
  return group;
}

function note(
  state: AccountState,
  group: string,
  description: string,
  status: ScalingActivity['status'],
  message: string,
): ScalingActivity {
  const activity = {
    id: `activity-${state.activities.length + 1}`,
    group,
    description,
    status,
    message,
    at: state.clock.now(),
  };
  state.activities.push(activity);
  return activity;
}

function describeActivity({ at, description, group, id, message, status }: ScalingActivity): XmlValue {
  return {
    ActivityId: id,
    AutoScalingGroupName: group,
    Description: description,
    Cause: `At ${at.toISOString()} a user request changed the desired capacity.`,
    StartTime: at.toISOString(),
    EndTime: at.toISOString(),
    StatusCode: status,
    StatusMessage: message,
    Progress: 100,
  };
}

function validation(message: string): ServiceFault {
  return new ServiceFault('ValidationError', message);
}
