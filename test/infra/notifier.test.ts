import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { readNotifierConfig } from '../../functions/config.ts';
import { readDigestRequest } from '../../functions/notify/digest.ts';
import type { GivenSettings } from '../../infra/read-settings.ts';
import { synthesise } from './synthesise.ts';

const settings = {
  channel: 'C0123456789',
  routes: [{ namespace: 'training', channel: 'C0000000002', mentionFrom: 'warning' }],
  mentionFrom: 'critical',
  tellRebalances: true,
  windowSeconds: 60,
  accountNames: { '111122223333': 'ml-prod' },
};
const given = {
  slackSecret: 'spot-responder/slack',
  slackChannel: settings.channel,
  slackRoutes: settings.routes,
  slackMentionFrom: settings.mentionFrom,
  slackTellRebalances: settings.tellRebalances,
  slackWindowSeconds: settings.windowSeconds,
  accountNames: settings.accountNames,
  slackDigestTimeZone: 'Europe/Berlin',
};
const template = synthesise(given);

test('without a secret named there is no notifier', () => {
  expect(JSON.stringify(synthesise().toJSON())).not.toContain('SLACK_SECRET');
});

test('all that we announce goes from our own bus through a queue, whose dead letters are kept for 14 days', () => {
  template.hasResourceProperties('AWS::Events::Rule', {
    EventBusName: Match.anyValue(),
    EventPattern: { source: ['spot-responder'] },
    Targets: [Match.objectLike({ DeadLetterConfig: Match.anyValue() })],
  });
  template.hasResourceProperties('AWS::SQS::Queue', {
    QueueName: 'spot-responder-notices',
    RedrivePolicy: Match.objectLike({ maxReceiveCount: 20 }),
  });
  template.hasResourceProperties('AWS::SQS::Queue', {
    QueueName: 'spot-responder-notices-dead',
    MessageRetentionPeriod: 14 * 24 * 3600,
  });
});

test('records fail one by one, and few environments speak', () => {
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    BatchSize: 100,
    ScalingConfig: { MaximumConcurrency: 2 },
  });
});

test('the function gets what its configuration reads, and of the secret only the name', () => {
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  const variables = functions.map(({ Properties }) => Properties.Environment?.Variables ?? {});
  const environment = variables.find((each) => 'SLACK_SECRET' in each);
  expect(
    readNotifierConfig({ ...environment, INCIDENT_TABLE: 'table', RESPONDER_LOG_GROUP: 'group' }),
  ).toEqual({
    incidentTable: 'table',
    secretPlace: 'spot-responder/slack',
    settings: { ...settings, logGroup: 'group' },
  });
});

test('the role may read that secret, and only its own rows', () => {
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({ Action: 'secretsmanager:GetSecretValue' }),
        Match.objectLike({
          Action: ['dynamodb:BatchGetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
          Condition: {
            'ForAllValues:StringLike': {
              'dynamodb:LeadingKeys': ['told#*', 'conversation#*', 'history#*', 'hours#*'],
            },
          },
        }),
      ]),
    },
  });
});

test.each([
  ['ssm:/spot-responder/slack', 'ssm:GetParameter', ':ssm:', ':parameter/spot-responder/slack'],
  [
    'spot-responder/slack',
    'secretsmanager:GetSecretValue',
    ':secretsmanager:',
    ':secret:spot-responder/slack-??????',
  ],
])(
  'of %s it may read the value, and nothing else is opened for it',
  (slackSecret, action, service, resource) => {
    const statements = Object.values(synthesise({ slackSecret }).findResources('AWS::IAM::Policy')).flatMap(
      ({ Properties }) => Properties.PolicyDocument.Statement,
    );
    const reading = statements.filter(({ Action }) => /^(ssm|secretsmanager|kms):/.test(String(Action)));
    expect(reading).toMatchObject([{ Action: action }]);
    const [, parts] = reading[0].Resource['Fn::Join'];
    expect(parts[2]).toBe(service);
    expect(parts.at(-1)).toBe(resource);
  },
);

describe('the weekly digest', () => {
  const schedules = (slack: GivenSettings) =>
    Object.values(synthesise(slack).findResources('AWS::Scheduler::Schedule')).map(
      ({ Properties }) => Properties,
    );
  const digests = (slack: GivenSettings) =>
    schedules(slack).filter(({ Target }) => String(Target.Input).includes('digest'));

  test('is asked for on Mondays at nine with the time it was meant for, as the notifier reads it', () => {
    const [digest] = digests(given);
    expect(digest).toMatchObject({
      ScheduleExpression: 'cron(0 9 ? * MON *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
    });
    const sent = digest?.Target.Input.replace('<aws.scheduler.scheduled-time>', '2026-11-23T09:00:00Z');
    expect(readDigestRequest(JSON.parse(sent))).toEqual({ scheduledAt: new Date('2026-11-23T09:00:00Z') });
  });

  test('goes through the queue of notices, so that it is tried, kept and sent again as they are', () => {
    const [digest] = digests(given);
    const [id] = Object.keys(
      template.findResources('AWS::SQS::Queue', { Properties: { QueueName: 'spot-responder-notices' } }),
    );
    expect(digest?.Target.Arn).toEqual({ 'Fn::GetAtt': [id, 'Arn'] });
  });

  test('is on unless it is switched off', () => {
    expect(digests({ slackSecret: 'slack' })).toHaveLength(1);
    expect(digests({ slackSecret: 'slack', slackWeeklyDigest: 'false' })).toEqual([]);
  });
});
