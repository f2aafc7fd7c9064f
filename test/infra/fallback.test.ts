import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { readFallbackConfig } from '../../functions/config.ts';
import type { GivenSettings } from '../../infra/read-settings.ts';
import { synthesise } from './synthesise.ts';

const template = synthesise();

test('the fallback runs each minute', () => {
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    Description: 'spot-responder: on-demand fallback',
    ScheduleExpression: 'rate(1 minute)',
  });
});

test('nudges wait some seconds for others and become one run', () => {
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    BatchSize: 500,
    MaximumBatchingWindowInSeconds: 5,
    ScalingConfig: Match.absent(),
  });
});

test.each([
  ['an interruption', { source: ['aws.ec2'], 'detail-type': ['EC2 Spot Instance Interruption Warning'] }],
  [
    'an instance that goes',
    {
      source: ['aws.ec2'],
      'detail-type': ['EC2 Instance State-change Notification'],
      detail: { state: ['shutting-down', 'terminated'] },
    },
  ],
  [
    'a launch, successful or not',
    {
      source: ['aws.autoscaling'],
      'detail-type': ['EC2 Instance Launch Successful', 'EC2 Instance Launch Unsuccessful'],
    },
  ],
])('%s nudges it', (_, EventPattern) => {
  template.hasResourceProperties('AWS::Events::Rule', { EventPattern });
});

test('a nudge can be received less often in its life than would give it up: one that comes too late is worth nothing', () => {
  const [nudges] = Object.entries(template.findResources('AWS::SQS::Queue')).flatMap(
    ([id, { Properties }]) => (id.includes('Nudges') ? [Properties] : []),
  );
  const receipts = nudges?.MessageRetentionPeriod / nudges?.VisibilityTimeout;
  expect(nudges?.RedrivePolicy.maxReceiveCount).toBeGreaterThan(receipts);
});

test.each(['spot-responder/pool', 'eks:nodegroup-name'])(
  'it changes only groups with a tag of ours or of EKS: %s',
  (tag) => {
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: ['autoscaling:SetDesiredCapacity', 'autoscaling:TerminateInstanceInAutoScalingGroup'],
            Condition: { StringLike: { [`aws:ResourceTag/${tag}`]: '*' } },
          }),
        ]),
      },
    });
  },
);

test('only where that is asked for, it may launch by LaunchInstances, with what AWS asks for beside it', () => {
  const policies = (given: GivenSettings) =>
    JSON.stringify(synthesise(given).findResources('AWS::IAM::Policy'));
  for (const action of [
    'autoscaling:LaunchInstances',
    'ec2:CreateFleet',
    'ec2:DescribeLaunchTemplateVersions',
  ]) {
    expect(policies({})).not.toContain(action);
    expect(policies({ launchInstances: 'true' })).toContain(action);
  }
});

test('where that is asked for, it changes only groups that carry our tag themselves', () => {
  const text = JSON.stringify(
    synthesise({ scaleTaggedGroupsOnly: 'true' }).findResources('AWS::IAM::Policy'),
  );
  expect(text).toContain('aws:ResourceTag/spot-responder/pool');
  expect(text).not.toContain('aws:ResourceTag/eks:nodegroup-name');
});

test("it reads and writes only the pools' rows", () => {
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Action: ['dynamodb:BatchGetItem', 'dynamodb:PutItem'],
          Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['pool#*'] } },
        }),
      ]),
    },
  });
});

test('its configuration is what the stack sets', () => {
  const environment = { AWS_REGION: 'us-east-2', INCIDENT_TABLE: 't', EVENT_BUS: 'b' };
  expect(readFallbackConfig(environment)).toEqual({
    region: 'us-east-2',
    regions: ['us-east-2'],
    incidentTable: 't',
    eventBus: 'b',
  });
});
