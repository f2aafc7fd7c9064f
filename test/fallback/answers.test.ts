import {
  AutoScalingClient,
  DescribeScalingActivitiesCommand,
  LaunchInstancesCommand,
  SetDesiredCapacityCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { openAwsGroups } from '../../functions/fallback/groups/aws-groups.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { instanceId } from '../support/interruptions.ts';

/** Auto Scaling's own words, which no local endpoint says. */
const autoScaling = mockClient(AutoScalingClient);
const port = openAwsGroups({ region: 'us-east-2' }, { clock: new FakeClock(), random: () => 0.5 });

beforeEach(() => autoScaling.reset());
afterAll(() => autoScaling.restore());

/** As the SDK throws what the service has answered. */
function refusal(name: string, message: string, fault: 'client' | 'server' = 'client'): Error {
  return Object.assign(new Error(message), { name, $fault: fault });
}

test.each([
  [
    'ScalingActivityInProgress',
    'Scaling activity 6b1d is in progress and blocks this action',
    { type: 'later' },
  ],
  [
    'ValidationError',
    'New SetDesiredCapacity value 9 is above max value 4 for the AutoScalingGroup.',
    { type: 'refused' },
  ],
  [
    'ValidationError',
    'AutoScalingGroup name not found - AutoScalingGroup gpu not found',
    { type: 'refused' },
  ],
])('a size answered with %s: %s', async (code, said, answer) => {
  autoScaling.on(SetDesiredCapacityCommand).rejects(refusal(code, said));
  expect(await port.setDesired('gpu', 9)).toEqual({ ...answer, reason: said });
});

test('a size that is not allowed is for the operator, with what is missing', async () => {
  const said =
    'User: arn:aws:sts::111122223333:assumed-role/Fallback is not authorized to perform: autoscaling:SetDesiredCapacity';
  autoScaling.on(SetDesiredCapacityCommand).rejects(refusal('AccessDenied', said));
  await expect(port.setDesired('gpu', 1)).rejects.toMatchObject({
    name: 'AwsCallError',
    code: 'AccessDenied',
    message: expect.stringContaining('autoscaling:SetDesiredCapacity'),
  });
});

const REQUEST = { group: 'gpu', nodes: 2, zone: 'us-east-2a', token: 'gpu-2-1' };

test('a launch of which a part failed says how many came, and why not the rest', async () => {
  autoScaling.on(LaunchInstancesCommand).resolves({
    Instances: [{ InstanceIds: ['i-0aaaaaaaaaaaaaaa1'] }],
    Errors: [
      {
        ErrorCode: 'InsufficientInstanceCapacity',
        ErrorMessage: 'We currently do not have sufficient capacity.',
      },
    ],
  });
  expect(await port.launch(REQUEST)).toEqual({
    type: 'answered',
    launched: 1,
    failure: 'InsufficientInstanceCapacity - We currently do not have sufficient capacity.',
  });
});

test('a group that LaunchInstances is not for says so', async () => {
  const said = 'LaunchInstances is not supported for Auto Scaling groups with a warm pool';
  autoScaling.on(LaunchInstancesCommand).rejects(refusal('ValidationError', said));
  expect(await port.launch(REQUEST)).toEqual({ type: 'unsupported', reason: said });
});

test.each([
  [
    'ValidationError',
    'Instance Id not found - No managed instance found for instance ID: i-0aaaaaaaaaaaaaaa1',
    'client',
    'gone',
  ],
  [
    'ValidationError',
    'Currently, desiredSize equals minSize (1). Terminating instance without replacement will violate group min size constraint.',
    'client',
    'refused',
  ],
  ['ScalingActivityInProgress', 'Activity 6b1d is in progress.', 'client', 'refused'],
  ['InternalFailure', 'The request processing has failed because of an unknown error.', 'server', 'unknown'],
] as const)('a termination answered with %s: %s', async (code, said, fault, type) => {
  autoScaling.on(TerminateInstanceInAutoScalingGroupCommand).rejects(refusal(code, said, fault));
  expect(await port.terminate(instanceId('i-0aaaaaaaaaaaaaaa1'))).toMatchObject({ type });
  expect(autoScaling.calls()).toHaveLength(1);
});

test('of the scaling activities the launches are read, with the words that they failed with', async () => {
  const said =
    'Could not launch Spot Instances. MaxSpotInstanceCountExceeded - Max spot instance count exceeded. Launching EC2 instance failed.';
  const common = { ActivityId: '1', AutoScalingGroupName: 'gpu', Cause: '', StartTime: new Date(5_000) };
  autoScaling.on(DescribeScalingActivitiesCommand).resolves({
    Activities: [
      {
        ...common,
        Description: 'Launching a new EC2 instance.  Status Reason: Max spot instance count exceeded.',
        StatusCode: 'Failed',
        StatusMessage: said,
      },
      { ...common, Description: 'Terminating EC2 instance: i-0aaaaaaaaaaaaaaa1', StatusCode: 'Successful' },
      {
        ...common,
        Description: 'Launching a new EC2 instance from warm pool: i-0aaaaaaaaaaaaaaa2',
        StatusCode: 'PreInService',
      },
    ],
  });
  expect(await port.listLaunches(new Date(0))).toEqual([
    { group: 'gpu', at: new Date(5_000), result: 'failed', message: said },
    { group: 'gpu', at: new Date(5_000), result: 'under-way', message: '' },
  ]);
});
