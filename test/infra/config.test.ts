import { Fn } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { readConfig, readNotifierConfig } from '../../functions/config.ts';
import { givenSettings } from '../../infra/context.ts';
import { alarmTopicIn, readSettings } from '../../infra/read-settings.ts';
import { synthesise } from './synthesise.ts';

const IN_LAMBDA = { AWS_REGION: 'us-east-2', INCIDENT_TABLE: 't', EVENT_BUS: 'b', CONTINUATION_QUEUE: 'q' };

function environmentWith(variable: string, given: Parameters<typeof synthesise>[0] = {}) {
  const functions = Object.values(synthesise(given).findResources('AWS::Lambda::Function'));
  const found = functions.map(({ Properties }) => Properties.Environment?.Variables ?? {});
  return found.find((each) => variable in each);
}

describe('with nothing set', () => {
  test('the responder gets the very defaults that it has by itself', () => {
    const environment = environmentWith('ON_REBALANCE');
    expect(readConfig({ ...environment, ...IN_LAMBDA })).toEqual(readConfig(IN_LAMBDA));
  });

  test('and so does the notifier when only the secret is named', () => {
    const environment = environmentWith('SLACK_SECRET', { slackSecret: 'slack' });
    const own = { INCIDENT_TABLE: 't', SLACK_SECRET: 'slack', RESPONDER_LOG_GROUP: 'group' };
    expect(readNotifierConfig({ ...environment, ...own })).toEqual(readNotifierConfig(own));
  });

  test('it acts on what is certain only, and tells nobody', () => {
    expect(readSettings({})).toMatchObject({
      onRebalance: 'tell',
      onScheduledChange: 'tell',
      drainSelfManaged: false,
      slackSecret: undefined,
      extraRegions: [],
    });
  });
});

test('what was read can be read again', () => {
  const settings = readSettings({ slackSecret: 'slack', onRebalance: 'cordon' });
  expect(readSettings(settings)).toEqual(settings);
  expect(readSettings(readSettings({}))).toEqual(readSettings({}));
});

test.each([
  ['a number', { rebalanceCordonMinutes: '30' }, { rebalanceCordonMinutes: 30 }],
  ['a number of a file', { rebalanceCordonMinutes: 30 }, { rebalanceCordonMinutes: 30 }],
  ['a flag', { kubernetesEvents: 'false' }, { kubernetesEvents: false }],
  [
    'a list',
    { homeRegion: 'eu-west-1', extraRegions: 'us-east-2, us-west-2' },
    { extraRegions: ['us-east-2', 'us-west-2'] },
  ],
  ['JSON', { accountNames: '{"111122223333":"ml"}' }, { accountNames: { '111122223333': 'ml' } }],
  ['JSON of a file', { accountNames: { '111122223333': 'ml' } }, { accountNames: { '111122223333': 'ml' } }],
  ['nothing', { alarmTopic: '' }, { alarmTopic: [] }],
])('%s is read as the command line or a file gives it', (_, given, read) => {
  expect(readSettings(given)).toMatchObject(read);
});

test.each(['Asia/Kolkata', 'Europe/Kyiv', 'America/Argentina/Buenos_Aires', 'US/Eastern', 'UTC'])(
  'the time zone %s is taken, also where the list of zones leaves it out',
  (slackDigestTimeZone) => {
    expect(readSettings({ slackSecret: 'slack', slackDigestTimeZone })).toMatchObject({
      slackDigestTimeZone,
    });
  },
);

describe('what is wrong is told in one line, by the name that the user wrote', () => {
  test.each([
    [{ onRebalance: 'Drain' }, 'onRebalance is "Drain"; it must be tell, cordon, drain.'],
    [
      { rebalanceCordonMinutes: '1.5' },
      'rebalanceCordonMinutes is "1.5"; it must be a whole number from 0 to 1440.',
    ],
    [{ longestDrainMinutes: 1 }, 'longestDrainMinutes is 1; it must be a whole number from 5 to 1440.'],
    [{ kubernetesEvents: 'yes' }, 'kubernetesEvents is "yes"; it must be true or false.'],
    [
      { checkpointMarkers: 's3://bucket/*' },
      'checkpointMarkers is "s3://bucket/*"; it must be s3://bucket/prefix, without * ? or $.',
    ],
    [
      { extraRegions: 'Frankfurt' },
      'extraRegions is "Frankfurt"; it must be regions such as eu-central-1,us-east-2.',
    ],
    [
      { slackRoutes: '[{"channel":"C1"},{"channel":1}]' },
      'slackRoutes[1].channel is something else; it must be a JSON list such as',
    ],
    [{ accountNames: '{' }, 'accountNames is something else; it must be a JSON object such as'],
    [{ accountNames: { 1: 'a' } }, 'accountNames.1 is something else'],
    [
      { slackDigestTimeZone: 'Berlin' },
      'slackDigestTimeZone is "Berlin"; it must be a time zone such as Europe/Berlin.',
    ],
    [{ slackDigestTimeZone: '+05:30' }, 'slackDigestTimeZone is "+05:30"; it must be a time zone'],
    [{ subnetIds: 'subnet-0a1b2c3d' }, 'subnetIds and securityGroupIds go together; give both or neither.'],
    [{ extraRegions: 'us-east-2' }, 'extraRegions needs homeRegion: the region that their events'],
    [
      { homeRegion: 'us-east-2', extraRegions: ['us-east-2'] },
      'extraRegions names us-east-2, which is the homeRegion; leave it out.',
    ],
    [
      { homeRegion: 'us-east-2', extraRegions: 'eu-west-1,eu-west-1' },
      'extraRegions names eu-west-1 twice; name it once.',
    ],
    [
      { homeRegion: 'us-east-2', extraRegions: 'cn-north-1' },
      'extraRegions names cn-north-1, which is of another partition of AWS than us-east-2',
    ],
    [
      { homeRegion: 'us-east-2', alarmTopic: 'arn:aws:sns:eu-west-1:111122223333:alarms' },
      'alarmTopic names a topic in eu-west-1, where nothing is deployed.',
    ],
    [
      { alarmTopic: 'arn:aws:sns:us-east-2:111122223333:a,arn:aws:sns:us-east-2:111122223333:b' },
      'alarmTopic names two topics for one region; give one each.',
    ],
    [{ slackChannel: 'C0123456789' }, 'slackChannel needs slackSecret: without the secret nobody is told'],
    [{ onRebalence: 'drain' }, 'There is no setting onRebalence; there are onRebalance, '],
  ])('%j', (given, message) => {
    expect(() => readSettings(given)).toThrow(message);
    expect(() => readSettings(given)).toThrow(/^[^\n]+$/);
  });

  test.each([
    'xoxb-12345-abcdef',
    'ssm:xoxb-12345-abcdef',
    'ssm:/xoxb-12345-abcdef',
    'https://hooks.slack.com/services/T/B/abcdef',
    'ssm:https://hooks.slack.com/services/T/B/abcdef',
  ])('and a secret in the place of its name is not repeated: %s', (slackSecret) => {
    expect(() => readSettings({ slackSecret })).toThrow(
      /^slackSecret is something else; it must be the name of a secret in Secrets Manager, or ssm: and the name of a SecureString parameter, such as ssm:\/spot-responder\/slack; never its value\.$/,
    );
  });

  const SECRET = 'abcdefSECRET';
  test.each([
    ['slackChannel', `xoxb-12345-${SECRET}`],
    ['slackChannel', `xapp-1-${SECRET}`],
    ['slackChannel', `https://hooks.slack.com/services/T/B/${SECRET}`],
    ['slackRoutes', `[{"namespace":"a","channel":"https://hooks.slack.com/services/T/B/${SECRET}"}]`],
    ['slackRoutes', `[{"namespace":"a","channel":"xoxb-${SECRET}"}]`],
    ['slackRoutes', `{"token":"xoxb-${SECRET}"}`],
    ['slackApiUrl', `https://user:${SECRET}@slack.example/`],
  ])('nor is one taken, or repeated, in the place of a channel or an address: %s %s', (name, value) => {
    const read = () => readSettings({ slackSecret: 'slack', [name]: value });
    expect(read).toThrow(new RegExp(`^${name}[^\n]* is something else; it must be `));
    expect(read).not.toThrow(SECRET);
  });

  test.each([
    'ssm:',
    'ssm:/',
    'ssm:slack',
    'ssm:/a//b',
    'ssm:/aws/slack',
    'ssm:/a b',
    'SSM:/slack',
    'ssm:/a/*',
  ])('a parameter of no such name: %s', (slackSecret) => {
    expect(() => readSettings({ slackSecret })).toThrow('slackSecret is something else');
  });
});

test('an id that is known at deployment only is taken as it is', () => {
  const topic = Fn.importValue('topic');
  expect(alarmTopicIn(readSettings({ alarmTopic: topic, homeRegion: 'us-east-2' }))).toBe(topic);
});

test("CDK's own context is no setting", () => {
  const context = {
    'aws:cdk:enable-path-metadata': true,
    '@aws-cdk/core:newStyle': true,
    'cdk-migrate': 1,
    onRebalance: 'tell',
  };
  expect(givenSettings(context)).toEqual({ onRebalance: 'tell' });
});

test.each(['on-rebalance', 'on_rebalance', 'onrebalance', 'slackSecret2', 'spot-responder:onRebalance'])(
  'a setting that is written nearly right is refused rather than overlooked: %s',
  (name) => {
    expect(() => readSettings(givenSettings({ [name]: 'drain' }))).toThrow(`There is no setting ${name}; `);
  },
);
