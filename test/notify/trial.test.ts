import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type TrialDeps, tryChannel } from '../../cli/notify/trial.ts';
import type { SlackAccess } from '../../functions/notify/slack/access.ts';
import { startSimulatedAccount } from '../../simulator/account/account.ts';
import type { SlackFault } from '../../simulator/slack/faults.ts';
import { type SimulatedSlack, startSimulatedSlack } from '../../simulator/slack/slack.ts';
import { runCliWith } from '../cli/run-cli.ts';
import { patientClock } from '../support/patient-clock.ts';

const clock = patientClock(50);
let slack: SimulatedSlack;
beforeEach(async () => {
  slack = await startSimulatedSlack({ clock, limited: false });
});
afterEach(() => slack.close());

function depsFor(access: SlackAccess = { type: 'bot', token: slack.token }): TrialDeps {
  return {
    clock,
    random: Math.random,
    secret: { read: async () => access, forget: () => undefined },
    settings: {
      channel: slack.channel,
      routes: [],
      tellRebalances: false,
      windowSeconds: 120,
      accountNames: {},
    },
    apiUrl: slack.apiUrl,
    timeoutMilliseconds: 400,
  };
}

describe('a sample by bot', () => {
  test('is posted, edited and threaded, and says that it is a test', async () => {
    expect(await tryChannel(slack.channel, depsFor())).toEqual({
      type: 'told',
      channel: slack.channel,
      notes: [],
    });
    const [posted, ...others] = await slack.read(slack.channel);
    expect(others).toEqual([]);
    expect(posted?.text).toContain('Emptied with 89 s to spare');
    expect(JSON.stringify(posted?.blocks)).toContain('no instance is interrupted');
    expect(posted?.replies).toHaveLength(1);
  });

  test('that may not look back is told with a note of the scope', async () => {
    const fault: SlackFault = { type: 'error', code: 'missing_scope', needed: 'channels:history' };
    slack.inject({ method: 'conversations.history', fault, times: 9 });
    const trial = await tryChannel(slack.channel, depsFor());
    expect(trial).toMatchObject({ type: 'told', notes: [expect.stringMatching(/twice.*channels:history/)] });
  });

  const refusals: readonly (readonly [string, SlackFault, string])[] = [
    ['a wrong token', { type: 'error', code: 'invalid_auth' }, 'The token is wrong'],
    ['a revoked token', { type: 'error', code: 'token_revoked' }, 'install it again'],
    [
      'a missing scope',
      { type: 'error', code: 'missing_scope', needed: 'chat:write' },
      'Add the bot scope chat:write',
    ],
    ['a channel that is not found', { type: 'error', code: 'channel_not_found' }, 'check the id, and invite'],
    ['a channel that the bot is not in', { type: 'error', code: 'not_in_channel' }, '/invite'],
    ['a rate limit', { type: 'limited', seconds: 90 }, 'wait 90 s'],
    ['a Slack that breaks off', { type: 'reset' }, 'network, proxy, firewall'],
    ['a Slack in trouble', { type: 'status', status: 503 }, 'slack-status.com'],
  ];
  test.each(refusals)('%s is named with its remedy', async (_, fault, remedy) => {
    slack.inject({ method: '*', fault, times: 1_000 });
    const trial = await tryChannel(slack.channel, depsFor());
    expect(trial).toMatchObject({ type: 'not-told', reason: expect.stringContaining(remedy) });
    expect(JSON.stringify(trial)).not.toContain(slack.token);
  });

  test("a channel's name in place of its id is named", async () => {
    const fault: SlackFault = { type: 'error', code: 'channel_not_found' };
    slack.inject({ method: '*', fault, times: 9 });
    const trial = await tryChannel('#general', depsFor());
    expect(trial).toMatchObject({ reason: expect.stringContaining("Give the channel's id") });
  });

  test('nobody at the address is named', async () => {
    const nowhere = { ...depsFor(), apiUrl: 'http://127.0.0.1:9/api/' };
    const trial = await tryChannel(slack.channel, nowhere);
    expect(trial).toMatchObject({ reason: expect.stringContaining('Check that Slack can be reached') });
  });
});

describe('a sample by webhook', () => {
  const byWebhook = () => depsFor({ type: 'webhooks', urls: { default: slack.webhookUrl } });

  test('is one message at receipt and one at the end', async () => {
    expect(await tryChannel('default', byWebhook())).toMatchObject({ type: 'told' });
    expect(await slack.read(slack.channel)).toHaveLength(2);
  });

  test('that was removed is named, without its URL', async () => {
    slack.inject({ method: 'webhook', fault: { type: 'error', code: 'no_service' }, times: 9 });
    const trial = await tryChannel('default', byWebhook());
    expect(trial).toMatchObject({
      type: 'not-told',
      reason: expect.stringContaining('The webhook was removed'),
    });
    expect(JSON.stringify(trial)).not.toContain('/services/');
  });

  test('that the secret does not hold is named', async () => {
    const other = depsFor({ type: 'webhooks', urls: { training: slack.webhookUrl } });
    const trial = await tryChannel('default', other);
    expect(trial).toMatchObject({ reason: expect.stringContaining('no webhook named "default"') });
  });
});

describe('notify --test', () => {
  test('tells every channel that the configuration names, with the token of the secret', async () => {
    const account = await startSimulatedAccount({ clock, region: 'us-east-2' });
    account.putSecret('slack', JSON.stringify({ token: slack.token }));
    const run = await runCliWith(
      {
        AWS_ENDPOINT_URL: account.endpoint,
        AWS_ACCESS_KEY_ID: 'AKIATEST',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_REGION: 'us-east-2',
        SLACK_API_URL: slack.apiUrl,
        SLACK_CHANNEL: slack.channel,
        SLACK_ROUTES: JSON.stringify([{ level: 'critical', channel: slack.otherChannel }]),
      },
      'notify',
      '--test',
      '--secret',
      'slack',
    );
    await account.close();
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toContain(`${slack.channel}: told`);
    expect(run.stdout).toContain(`${slack.otherChannel}: told`);
    expect(await slack.read(slack.otherChannel)).toHaveLength(1);
  });

  test.each([
    [{}, 2, 'Name the secret with --secret or SLACK_SECRET'],
    [{ SLACK_TOKEN: 'hunter2' }, 2, 'SLACK_TOKEN holds no Slack access'],
    [{ SLACK_TOKEN: 'xoxb-1', SLACK_ROUTES: '{' }, 2, 'SLACK_ROUTES is not JSON'],
  ])('bad settings %o end with %i and one line', async (environment, code, message) => {
    const run = await runCliWith(environment, 'notify', '--test');
    expect(run).toMatchObject({ code, stdout: '' });
    expect(run.stderr).toContain(message);
    expect(run.stderr).not.toContain('hunter2');
    expect(run.stderr.trim().split('\n')).toHaveLength(1);
  });
});
