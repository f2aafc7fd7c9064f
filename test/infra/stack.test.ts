import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { signalPatterns } from '../../functions/signals/parse.ts';
import { WITHOUT_RESOURCE_LEVEL } from '../../infra/acknowledge-wildcards.ts';
import { everything, synthesise } from './synthesise.ts';

/** Rules of the fallback, which have tests of their own. */
const FALLBACK_NUDGES = 3;
const template = synthesise();

test('each signal kind has a rule with the pattern of its parser, the responder first and the second look after it', () => {
  template.resourceCountIs('AWS::Events::Rule', Object.keys(signalPatterns).length + FALLBACK_NUDGES);
  for (const pattern of Object.values(signalPatterns)) {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: pattern,
      Targets: [Match.anyValue(), Match.anyValue()],
    });
  }
});

test('what goes round the responder’s own queue for days is no loop that Lambda breaks, and nothing else may go round', () => {
  const looping = template.findResources('AWS::Lambda::Function', { Properties: { RecursiveLoop: 'Allow' } });
  expect(Object.values(looping).map(({ Properties }) => Properties.Description)).toEqual([
    'Cordons and drains the nodes of interrupted instances',
  ]);
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

test('the policy reaches the responder as its variables, and what it would refuse is refused at synth', () => {
  const settings = { onRebalance: 'cordon', rebalanceCordonMinutes: 30, scheduledChangeLeadMinutes: '240' };
  synthesise(settings).hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: {
        ON_REBALANCE: 'cordon',
        REBALANCE_CORDON_MINUTES: '30',
        SCHEDULED_CHANGE_LEAD_MINUTES: '240',
      },
    },
  });
  expect(() => synthesise({ onRebalance: 'Drain' })).toThrow(
    'onRebalance is "Drain"; it must be tell, cordon, drain.',
  );
});

test('one queue brings the responder events a second time and what it left for later: a hundred at once, hidden for longer than a run takes, kept when it fails', () => {
  template.hasResourceProperties('AWS::SQS::Queue', {
    DelaySeconds: 20,
    VisibilityTimeout: 1_200,
    RedrivePolicy: { maxReceiveCount: 5, deadLetterTargetArn: Match.anyValue() },
  });
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    BatchSize: 100,
    MaximumBatchingWindowInSeconds: 1,
    ScalingConfig: Match.absent(),
  });
  const mappings = template.findResources('AWS::Lambda::EventSourceMapping');
  expect(Object.keys(mappings).filter((id) => !/Fallback|Notifier/.test(id))).toHaveLength(1);
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({ Action: Match.arrayWith(['sqs:SendMessage']), Effect: 'Allow' }),
      ]),
    },
  });
});

test.each([
  ['nothing set', {}],
  ['Slack, markers, drills, a VPC and another region', everything],
])('with %s, only what knows no resource level is allowed on every resource', (_name, given) => {
  const policies = Object.values(synthesise(given).findResources('AWS::IAM::Policy'));
  const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  const everywhere = statements
    .filter(({ Effect, Resource }) => Effect === 'Allow' && Resource === '*')
    .flatMap(({ Action }) => Action);
  expect(everywhere.filter((action) => !WITHOUT_RESOURCE_LEVEL.has(action))).toEqual([]);
});

describe('marker objects of training jobs', () => {
  test('are out of reach unless a place is named', () => {
    const text = JSON.stringify(template.toJSON());
    expect(text).not.toContain('s3:GetObject');
    expect(text).not.toContain('CHECKPOINT_MARKERS');
  });

  test.each([
    ['s3://bucket/training/', ['training/_COMPLETE/*', 'training/*/_COMPLETE/*']],
    ['s3://bucket', ['_COMPLETE/*', '*/_COMPLETE/*']],
  ])('below %s can be read, and nothing else', (checkpointMarkers, keys) => {
    const named = synthesise({ checkpointMarkers });
    const s3 = Object.values(named.findResources('AWS::IAM::Policy'))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Action }) => JSON.stringify(Action).includes('s3:'));
    const arn = (key: string) => ({
      'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:s3:::bucket/${key}`]],
    });
    expect(s3).toEqual([{ Effect: 'Allow', Action: 's3:GetObject', Resource: keys.map(arn) }]);
    named.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { CHECKPOINT_MARKERS: checkpointMarkers } },
    });
  });

  test('a place that is none stops the synthesis', () => {
    expect(() => synthesise({ checkpointMarkers: 's3://bucket/*' })).toThrow(
      'checkpointMarkers is "s3://bucket/*"; it must be s3://bucket/prefix',
    );
  });
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

test('a schedule’s role may reach its target and nothing else', () => {
  const template = synthesise(everything);
  const schedules = Object.values(template.findResources('AWS::Scheduler::Schedule'));
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  expect(schedules.length).toBeGreaterThan(3);
  for (const { Properties } of schedules) {
    const { Arn, DeadLetterConfig, RoleArn } = Properties.Target;
    const [role] = RoleArn['Fn::GetAtt'];
    const own = policies.filter((each) =>
      each.Properties.Roles.some(({ Ref }: { Ref: string }) => Ref === role),
    );
    const statements = own.flatMap((each) => each.Properties.PolicyDocument.Statement);
    expect(statements.length).toBeGreaterThan(0);
    for (const { Action, Resource } of statements) {
      for (const action of [Action].flat())
        expect(action).toMatch(/^(lambda:InvokeFunction|sqs:(SendMessage|GetQueue\w+))$/);
      const reached = JSON.stringify([Arn, DeadLetterConfig?.Arn]);
      for (const resource of [Resource].flat()) {
        const attribute = resource['Fn::GetAtt'] ?? resource['Fn::Join']?.[1][0]['Fn::GetAtt'];
        expect(reached).toContain(JSON.stringify({ 'Fn::GetAtt': attribute }));
      }
    }
  }
});
