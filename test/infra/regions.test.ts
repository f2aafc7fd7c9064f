import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { matchesPattern } from '../../e2e/events/pattern.ts';
import { signalPatterns } from '../../functions/signals/parse.ts';
import { forwardedPatterns, nudgePatterns } from '../../infra/forwarded-patterns.ts';
import { ForwardingStack } from '../../infra/forwarding-stack.ts';
import { samples } from '../signals/samples.ts';
import { synthesise } from './synthesise.ts';

const served = { homeRegion: 'us-east-2', extraRegions: 'eu-west-1,ap-south-1' };
const home = synthesise(served);
const forwarding = Template.fromStack(
  new ForwardingStack(new App(), 'Test', { homeRegion: 'us-east-2', env: { region: 'eu-west-1' } }),
);

describe('an extra region', () => {
  test('forwards each signal kind, and launches, to our own bus in the home region', () => {
    forwarding.resourceCountIs('AWS::Events::Rule', Object.keys(forwardedPatterns).length);
    for (const EventPattern of Object.values(forwardedPatterns))
      forwarding.hasResourceProperties('AWS::Events::Rule', {
        EventPattern,
        Targets: [
          {
            Arn: {
              'Fn::Join': [
                '',
                [
                  'arn:',
                  { Ref: 'AWS::Partition' },
                  ':events:us-east-2:',
                  { Ref: 'AWS::AccountId' },
                  ':event-bus/spot-responder',
                ],
              ],
            },
            DeadLetterConfig: Match.anyValue(),
            Id: Match.anyValue(),
            RoleArn: Match.anyValue(),
          },
        ],
      });
  });

  test('runs nothing of its own: rules, one role that may put events on that bus, a queue for what failed and its alarm', () => {
    const types = Object.values(forwarding.toJSON().Resources as Record<string, { Type: string }>);
    expect(new Set(types.map(({ Type }) => Type))).toEqual(
      new Set([
        'AWS::CloudWatch::Alarm',
        'AWS::Events::Rule',
        'AWS::IAM::Policy',
        'AWS::IAM::Role',
        'AWS::SQS::Queue',
        'AWS::SQS::QueuePolicy',
      ]),
    );
  });

  test('its role may put events on that bus, and nothing else', () => {
    const [bus] = Object.values(forwarding.findResources('AWS::Events::Rule')).map(
      ({ Properties }) => Properties.Targets[0].Arn,
    );
    const policies = Object.values(forwarding.findResources('AWS::IAM::Policy'));
    const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
    forwarding.resourceCountIs('AWS::IAM::Role', 1);
    expect(statements).toEqual([{ Action: 'events:PutEvents', Effect: 'Allow', Resource: bus }]);
  });

  test('rings when an event could not be forwarded, where a topic of that region is named', () => {
    const alarmTopic = 'arn:aws:sns:eu-west-1:111122223333:alarms';
    const env = { region: 'eu-west-1' };
    const stack = new ForwardingStack(new App(), 'Test', { homeRegion: 'us-east-2', alarmTopic, env });
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: [alarmTopic],
      AlarmDescription: Match.stringLikeRegexp('spot-responder redrive eu-west-1'),
      MetricName: 'ApproximateNumberOfMessagesVisible',
      TreatMissingData: 'notBreaching',
    });
  });

  test('forwards no event twice: every nudge but launches is covered by a signal, every signal is forwarded by one rule', () => {
    for (const [name, event] of Object.entries(samples)) {
      const by = (patterns: typeof forwardedPatterns) =>
        Object.values(patterns).filter((pattern) => matchesPattern({ ...pattern }, event)).length;
      expect([name, by(forwardedPatterns)]).toEqual([name, by(signalPatterns)]);
    }
    const { 'nudge-launch': _launch, ...covered } = nudgePatterns;
    for (const nudge of Object.values(covered)) {
      const same = Object.values(signalPatterns).find(({ 'detail-type': types }) =>
        types.includes(nudge['detail-type'][0]),
      );
      expect(same).toBeDefined();
      const states = 'detail' in nudge ? nudge.detail.state : [];
      expect(same?.detail?.state ?? []).toEqual(expect.arrayContaining([...states]));
    }
  });
});

describe('the home region, with extra ones', () => {
  test('has every rule twice: on the default bus for its own events, on our bus for those of the others', () => {
    const rules = Object.values(home.findResources('AWS::Events::Rule')).map(({ Properties }) => Properties);
    const of = (bus: boolean) => rules.filter(({ EventBusName }) => (EventBusName !== undefined) === bus);
    expect(of(true).map(({ EventPattern }) => EventPattern)).toEqual(
      of(false).map(({ EventPattern }) => EventPattern),
    );
  });

  test('tells the functions that reach clusters which they are, and lets them act there and nowhere else', () => {
    const functions = Object.values(home.findResources('AWS::Lambda::Function'));
    const told = functions.map(({ Properties }) => Properties.Environment?.Variables?.EXTRA_REGIONS);
    expect(told.filter((each) => each === 'eu-west-1,ap-south-1')).toHaveLength(3);
    const statements = JSON.stringify(home.findResources('AWS::IAM::Policy'));
    for (const region of ['eu-west-1', 'ap-south-1']) expect(statements).toContain(`:eks:${region}:`);
    expect(statements).not.toContain(':eks:*:');
  });
});

test('without extra regions nothing says that there could be', () => {
  const text = JSON.stringify(synthesise().toJSON());
  expect(text).not.toContain('EXTRA_REGIONS');
  expect(text).not.toContain('Forwarded');
});
