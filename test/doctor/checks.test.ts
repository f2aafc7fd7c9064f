import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { poolGroup } from '../../simulator/account/pool-groups.ts';
import { type DoctorScene, openDoctorScene } from './scene.ts';

let scene: DoctorScene;
beforeEach(async () => {
  scene = await openDoctorScene();
}, 60_000);
afterEach(() => scene.close());

async function findingsOf(check: string) {
  return (await scene.diagnose()).filter((finding) => finding.check === check);
}

test('all that was just deployed is well; that no cluster is enrolled is not', async () => {
  const findings = await scene.diagnose();
  expect(findings.filter(({ type }) => type !== 'ok')).toMatchObject([
    { check: 'clusters', type: 'wrong', problem: expect.stringContaining('no cluster is enrolled') },
  ]);
  expect([...new Set(findings.map(({ check }) => check))]).toEqual([
    'stack',
    'rules',
    'extra regions',
    'functions',
    'schedules',
    'dead letters',
    'table',
    'Slack',
    'fallback pools',
    'clusters',
  ]);
}, 60_000);

test.each(['UPDATE_ROLLBACK_FAILED', 'CREATE_FAILED', 'DELETE_FAILED'])(
  'a stack that is %s',
  async (status) => {
    scene.setStatus(status);
    expect(await findingsOf('stack')).toMatchObject([
      {
        type: 'wrong',
        problem: expect.stringContaining(status),
        remedy: expect.stringContaining('cdk deploy'),
      },
    ]);
  },
  60_000,
);

test('a rule that is switched off, without targets, or gone: named with what mends it', async () => {
  scene.change('SpotResponderRulespotinterruption', { answer: { State: 'DISABLED' } });
  expect(await findingsOf('rules')).toMatchObject([
    {
      type: 'wrong',
      problem: expect.stringContaining('DISABLED'),
      remedy: expect.stringContaining('aws events enable-rule --region us-east-2'),
    },
  ]);
  scene.change('SpotResponderRulespotinterruption', { answer: { Targets: [] } });
  expect(await findingsOf('rules')).toMatchObject([{ problem: 'it has no targets' }]);
  scene.change('SpotResponderRulespotinterruption', { isGone: true });
  expect(await findingsOf('rules')).toMatchObject([{ problem: 'it was deleted past the stack' }]);
}, 60_000);

test('a function that is not active, whose update failed, or that is gone', async () => {
  scene.change('SpotResponderFallbackFunction', { answer: { State: 'Failed', StateReason: 'no subnet' } });
  expect(await findingsOf('functions')).toMatchObject([
    { type: 'wrong', problem: 'its state is Failed (no subnet)' },
  ]);
  scene.change('SpotResponderFallbackFunction', { answer: { LastUpdateStatus: 'Failed' } });
  expect(await findingsOf('functions')).toMatchObject([
    { problem: expect.stringContaining('its last update failed') },
  ]);
  scene.change('SpotResponderFallbackFunction', { isGone: true });
  expect(await findingsOf('functions')).toMatchObject([{ problem: 'it was deleted past the stack' }]);
}, 60_000);

test('a schedule that is switched off, or gone', async () => {
  expect(await findingsOf('schedules')).toMatchObject([
    { type: 'ok', detail: expect.stringMatching(/^\d schedules enabled$/) },
  ]);
  scene.change('SpotResponderNodeIndexerEveryMinute', { answer: { State: 'DISABLED' } });
  expect(await findingsOf('schedules')).toMatchObject([
    {
      type: 'wrong',
      problem: expect.stringContaining('DISABLED'),
      remedy: expect.stringContaining('npx cdk deploy'),
    },
  ]);
  scene.change('SpotResponderNodeIndexerEveryMinute', { isGone: true });
  expect(await findingsOf('schedules')).toMatchObject([{ problem: 'it was deleted past the stack' }]);
}, 60_000);

test('events that nobody could handle, and notices that Slack did not take', async () => {
  expect(await findingsOf('dead letters')).toHaveLength(2);
  for (const queue of scene.deadLetters) queue.send('{}');
  expect(await findingsOf('dead letters')).toMatchObject([
    { type: 'wrong', remedy: expect.stringContaining('spot-responder redrive responder --region us-east-2') },
    { type: 'wrong', remedy: expect.stringContaining('spot-responder redrive slack --region us-east-2') },
  ]);
}, 60_000);

test('a table that was deleted', async () => {
  await scene.table.client().send(new DeleteTableCommand({ TableName: scene.table.tableName }));
  const [finding] = await findingsOf('table');
  expect(finding?.type).toBe('wrong');
}, 60_000);

test('a secret that holds nothing for Slack, a token that Slack refuses, Slack out of reach', async () => {
  scene.account.putSecret('slack', 'hunter2');
  const [empty] = await findingsOf('Slack');
  expect(empty).toMatchObject({ type: 'wrong', problem: expect.stringContaining('holds no Slack access') });
  expect(JSON.stringify(empty)).not.toContain('hunter2');
  scene.account.putSecret('slack', 'xoxb-revoked');
  expect(await findingsOf('Slack')).toMatchObject([
    { type: 'wrong', problem: expect.stringContaining('Slack refuses the token') },
  ]);
  scene.account.putSecret('slack', scene.slack.token);
  await scene.slack.close();
  expect(await findingsOf('Slack')).toMatchObject([{ type: 'not-seen' }]);
}, 60_000);

test('a parameter: well, not there, lying open, and with a token that Slack refuses', async () => {
  const place = 'ssm:/spot-responder/slack';
  scene.setNotifier({ SLACK_SECRET: place, SLACK_CHANNEL: scene.slack.channel });
  const create = `aws ssm put-parameter --region us-east-2 --type SecureString --name /spot-responder/slack --value file://slack.json`;
  expect(await findingsOf('Slack')).toMatchObject([
    {
      type: 'wrong',
      about: `secret ${place}`,
      problem: expect.stringContaining('ParameterNotFound'),
      remedy: expect.stringMatching(new RegExp(`${create}$`)),
    },
  ]);
  scene.account.putParameter('/spot-responder/slack', scene.slack.token, 'String');
  const [open] = await findingsOf('Slack');
  expect(open).toMatchObject({ type: 'wrong', problem: expect.stringContaining('of type String') });
  expect(open?.remedy).toContain(
    `aws ssm delete-parameter --region us-east-2 --name /spot-responder/slack; then ${create}`,
  );
  expect(JSON.stringify(open)).not.toContain(scene.slack.token);
  scene.account.putParameter('/spot-responder/slack', 'xoxb-revoked');
  expect(await findingsOf('Slack')).toMatchObject([
    {
      type: 'wrong',
      problem: expect.stringContaining('Slack refuses the token'),
      remedy: expect.stringContaining(
        `${create} --overwrite; then spot-responder notify --test --secret ${place}`,
      ),
    },
  ]);
  scene.account.putParameter('/spot-responder/slack', JSON.stringify({ token: scene.slack.token }));
  expect(await findingsOf('Slack')).toMatchObject([{ type: 'ok', about: `secret ${place}` }, { type: 'ok' }]);
}, 60_000);

test('a channel that the bot is not in, that a route names wrongly, and a webhook that is missing', async () => {
  expect(await findingsOf('Slack')).toMatchObject([
    { type: 'ok' },
    { type: 'ok', about: `channel ${scene.slack.channel}`, detail: 'the bot is in it' },
  ]);
  scene.slack.inject({
    method: 'conversations.history',
    fault: { type: 'error', code: 'not_in_channel' },
    times: 1,
  });
  expect(await findingsOf('Slack')).toMatchObject([
    { type: 'ok' },
    { type: 'wrong', problem: expect.stringContaining('/invite') },
  ]);
  scene.setNotifier({
    SLACK_CHANNEL: 'C0NOWHERE',
    SLACK_ROUTES: '[{"level":"critical","channel":"#oncall"}]',
  });
  expect(await findingsOf('Slack')).toMatchObject([
    { type: 'ok' },
    { type: 'wrong', about: 'channel C0NOWHERE', problem: expect.stringContaining('channel_not_found') },
    { type: 'wrong', about: 'channel #oncall', problem: expect.stringContaining("Give the channel's id") },
  ]);
  scene.account.putSecret('slack', '{"webhooks": {"default": "https://hooks.slack.com/services/T/B/x"}}');
  scene.setNotifier({ SLACK_CHANNEL: 'default', SLACK_ROUTES: '[{"level":"critical","channel":"oncall"}]' });
  expect(await findingsOf('Slack')).toMatchObject([
    { type: 'wrong', problem: 'it holds no webhook named oncall' },
  ]);
  expect((await scene.slack.read(scene.slack.channel)).length).toBe(0);
}, 60_000);

describe('an extra region', () => {
  test('that forwards everything is well', async () => {
    expect(await findingsOf('extra regions')).toMatchObject([
      {
        type: 'ok',
        about: 'eu-west-1',
        detail: expect.stringMatching(/^all \d kinds of events forwarded to us-east-2$/),
      },
    ]);
  });

  test('whose rule is switched off, is not there, or matches something else', async () => {
    scene.changeForwarding(([first, ...others]) => [
      { ...Object(first), answer: { ...first?.answer, State: 'DISABLED' } },
      ...others,
    ]);
    expect(await findingsOf('extra regions')).toMatchObject([
      {
        type: 'wrong',
        remedy: expect.stringContaining('aws events enable-rule --region eu-west-1 --name Rulespot'),
      },
    ]);
    scene.changeForwarding((rules) => rules.slice(1));
    expect(await findingsOf('extra regions')).toMatchObject([
      {
        type: 'wrong',
        problem: 'no rule forwards spot-interruption: interruptions there reach nobody',
        remedy: expect.stringContaining('npx cdk deploy SpotResponder-eu-west-1'),
      },
    ]);
    scene.changeForwarding(() => []);
    expect(await findingsOf('extra regions')).toMatchObject([
      { problem: expect.stringContaining('rebalance-recommendation') },
    ]);
  }, 60_000);

  test('with events that it could not forward', async () => {
    scene.notForwarded.send('{}');
    expect(await findingsOf('extra regions')).toMatchObject([
      { type: 'wrong', about: 'eu-west-1: queue NotForwarded', remedy: 'spot-responder redrive eu-west-1' },
    ]);
  }, 60_000);
});

test('a pool whose tags make no sense', async () => {
  scene.account.addAutoScalingGroup({
    name: 'gpu',
    desired: 1,
    min: 0,
    max: 2,
    tags: { 'spot-responder/pool': 'a10g' },
  });
  expect(await findingsOf('fallback pools')).toMatchObject([
    {
      type: 'wrong',
      problem: expect.stringContaining('gpu'),
      remedy: expect.stringContaining('fallback explain a10g'),
    },
  ]);
}, 60_000);

test('a fallback group that Cluster Autoscaler would find is named, with the command that takes it away', async () => {
  const common = { cluster: 'ml-prod', pool: 'a10g' };
  scene.account.addAutoScalingGroup(poolGroup({ ...common, name: 'spot', role: 'spot' }));
  const fallback = poolGroup({ ...common, name: 'on-demand', role: 'fallback' });
  const found = { 'k8s.io/cluster-autoscaler/enabled': 'true' };
  scene.account.addAutoScalingGroup({
    ...fallback,
    otherTypes: ['g5.12xlarge'],
    tags: { ...fallback.tags, ...found },
  });
  expect(await findingsOf('fallback pools')).toMatchObject([
    {
      type: 'ok',
      detail: expect.stringContaining(
        'aws autoscaling delete-tags --tags ResourceId=on-demand,ResourceType=auto-scaling-group,Key=k8s.io/cluster-autoscaler/enabled',
      ),
    },
  ]);
}, 60_000);

test('a role that the cluster does not let in, or as another group', async () => {
  const cluster = 'ml-prod';
  scene.account.addCluster({ name: cluster, endpoint: 'https://127.0.0.1:9', ca: 'Q0E=' });
  const entry = { cluster, tags: {} };
  scene.account.addAccessEntry({
    ...entry,
    principalArn: scene.roleOf('ResponderRole'),
    groups: ['spot-responder'],
  });
  scene.account.addAccessEntry({ ...entry, principalArn: scene.roleOf('IndexRole'), groups: [] });
  const findings = await scene.diagnose();
  expect(findings.filter(({ check }) => check === 'access entries')).toMatchObject([
    { type: 'ok', detail: 'enters as spot-responder' },
    {
      type: 'wrong',
      problem: 'it has no access entry',
      remedy: 'spot-responder enroll ml-prod --region us-east-2',
    },
    { type: 'wrong', problem: 'its access entry lacks the group spot-responder-index' },
  ]);
  for (const name of ['permissions and policies', 'what the groups may do'])
    expect(findings.filter(({ check }) => check === name)).toMatchObject([
      { type: 'not-seen', reason: expect.stringContaining('ECONNREFUSED') },
    ]);
}, 60_000);

test.each([
  ['rules', 'DescribeRule', 'events:DescribeRule'],
  ['extra regions', 'ListRuleNamesByTarget', 'events:ListRuleNamesByTarget'],
  ['functions', 'GetFunctionConfiguration', 'lambda:GetFunctionConfiguration'],
  ['schedules', 'GetSchedule', 'scheduler:GetSchedule'],
  ['dead letters', 'GetQueueAttributes', 'sqs:GetQueueAttributes'],
  ['Slack', 'GetSecretValue', 'secretsmanager:GetSecretValue'],
  ['clusters', 'ListClusters', 'eks:ListClusters'],
])(
  '%s: what may not be looked at is said with the permission',
  async (check, operation, permission) => {
    scene.account.inject({ operation, times: 30, code: 'AccessDeniedException' });
    expect(await findingsOf(check)).toMatchObject([{ type: 'not-seen', permission }]);
  },
  60_000,
);

test('for people: a line a finding with its remedy below, a sum, and exit code 1 when something is wrong', async () => {
  const { code, stderr, stdout } = await scene.run('doctor');
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(stdout).toContain('✓ stack                    SpotResponder: CREATE_COMPLETE');
  expect(stdout).toMatch(/✗ clusters .*no cluster is enrolled.*\n +→ spot-responder enroll CLUSTER/);
  expect(stdout).toMatch(/\d+ well, 1 wrong, 0 not seen\./);
}, 60_000);

test('status finds the table by the stack', async () => {
  const { code, stderr, stdout } = await scene.run('status');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('Nothing is open.');
  const lost = await scene.run('status', '--stack', 'Nowhere');
  expect(lost.code).toBe(2);
  expect(lost.stderr).toContain('--stack Nowhere: there is no such stack');
}, 60_000);
