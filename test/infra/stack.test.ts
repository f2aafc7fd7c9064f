import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { expect, test } from 'vitest';
import { signalPatterns } from '../../functions/signals/parse.ts';
import { SpotResponderStack } from '../../infra/spot-responder-stack.ts';

const stack = new SpotResponderStack(new App(), 'Test', {
  responderCode: Code.fromInline('// built elsewhere'),
  fallbackCode: Code.fromInline('// built elsewhere'),
  indexerCode: Code.fromInline('// built elsewhere'),
  notifierCode: Code.fromInline('// built elsewhere'),
});
/** Rules of the fallback, which have tests of their own. */
const FALLBACK_NUDGES = 3;
const template = Template.fromStack(stack);

test('each signal kind has a rule with the pattern of its parser, the responder first and the second look after it', () => {
  template.resourceCountIs('AWS::Events::Rule', Object.keys(signalPatterns).length + FALLBACK_NUDGES);
  for (const pattern of Object.values(signalPatterns)) {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: pattern,
      Targets: [Match.anyValue(), Match.anyValue()],
    });
  }
});

test('Lambda does not retry by itself, and what failed is kept', () => {
  template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
    MaximumRetryAttempts: 0,
    MaximumEventAgeInSeconds: 120,
    DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
  });
});

test('the responder runs on Node 24 on arm64 with the environment that its configuration reads', () => {
  template.hasResourceProperties('AWS::Lambda::Function', {
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Environment: {
      Variables: {
        INCIDENT_TABLE: Match.anyValue(),
        EVENT_BUS: Match.anyValue(),
        CONTINUATION_QUEUE: Match.anyValue(),
      },
    },
  });
});

test('the queue that feeds the responder hides its messages as long as a run may take', () => {
  template.hasResourceProperties('AWS::SQS::Queue', { DelaySeconds: 20, VisibilityTimeout: 900 });
});

test('what is left for later is read by the responder itself, in few invocations, and kept when it fails', () => {
  template.hasResourceProperties('AWS::SQS::Queue', {
    VisibilityTimeout: 900,
    RedrivePolicy: { maxReceiveCount: 5, deadLetterTargetArn: Match.anyValue() },
  });
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    ScalingConfig: { MaximumConcurrency: 5 },
  });
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({ Action: Match.arrayWith(['sqs:SendMessage']), Effect: 'Allow' }),
      ]),
    },
  });
});

test('only what knows no resource level is allowed on every resource', () => {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  const everywhere = statements.filter(({ Resource }) => Resource === '*');
  expect(new Set(everywhere.flatMap(({ Action }) => Action))).toEqual(
    new Set([
      'ec2:DescribeInstances',
      'eks:ListClusters',
      'autoscaling:DescribeLifecycleHooks',
      'autoscaling:DescribeAutoScalingGroups',
      'autoscaling:DescribeScalingActivities',
      'ec2:DescribeInstanceTypes',
    ]),
  );
});

test("the index is written once a minute by a function that may touch the index's rows only", () => {
  template.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'rate(1 minute)' });
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Action: ['dynamodb:BatchGetItem', 'dynamodb:BatchWriteItem', 'dynamodb:Query'],
          Condition: {
            'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['node#*', 'clusters'] },
          },
        }),
      ]),
    },
  });
});
