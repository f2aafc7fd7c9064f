import { afterEach, beforeEach, expect, test } from 'vitest';
import { slackSecret } from '../../functions/notify/slack/secret.ts';
import { type SimulatedAccount, startSimulatedAccount } from '../../simulator/account/account.ts';
import { clientOptions } from '../simulator/account-client-options.ts';
import { FakeClock } from '../support/fake-clock.ts';

let account: SimulatedAccount;
let clock: FakeClock;
beforeEach(async () => {
  clock = new FakeClock();
  account = await startSimulatedAccount({ clock, region: 'us-east-2' });
});
afterEach(() => account.close());

function secret(place = 'slack') {
  return slackSecret({ aws: { ...clientOptions(account), maxAttempts: 1 }, place, clock });
}

test.each([
  ['xoxb-1-a', { type: 'bot', token: 'xoxb-1-a' }],
  ['{"token": "xoxb-1-a"}', { type: 'bot', token: 'xoxb-1-a' }],
  [
    'https://hooks.slack.com/services/T/B/X',
    { type: 'webhooks', urls: { default: 'https://hooks.slack.com/services/T/B/X' } },
  ],
  [
    '{"webhook": "https://hooks.slack.com/x"}',
    { type: 'webhooks', urls: { default: 'https://hooks.slack.com/x' } },
  ],
  [
    '{"webhooks": {"ml": "https://hooks.slack.com/x"}}',
    { type: 'webhooks', urls: { ml: 'https://hooks.slack.com/x' } },
  ],
])('%s is read', async (text, access) => {
  account.putSecret('slack', text);
  expect(await secret().read()).toEqual(access);
});

test.each(['', 'hunter2', '{"token": "hunter2"}', '[]'])(
  'what holds no access says so and is not shown: %s',
  async (text) => {
    account.putSecret('slack', text);
    const problem = await secret()
      .read()
      .catch((error: Error) => error.message);
    expect(problem).toContain('holds no Slack access; put in a bot token');
    expect(problem).not.toContain('hunter2');
  },
);

test('a parameter is read decrypted, cached, and read anew when told to forget', async () => {
  account.putParameter('/spot-responder/slack', '{"token": "xoxb-1-a"}');
  const reading = secret('ssm:/spot-responder/slack');
  expect(await reading.read()).toEqual({ type: 'bot', token: 'xoxb-1-a' });
  account.putParameter('/spot-responder/slack', '{"token": "xoxb-2-b"}');
  await clock.advance(299_000);
  expect(await reading.read()).toMatchObject({ token: 'xoxb-1-a' });
  reading.forget();
  expect(await reading.read()).toMatchObject({ token: 'xoxb-2-b' });
  expect(account.calls.map(({ operation }) => operation)).toEqual(['GetParameter', 'GetParameter']);
});

test('a parameter that is not encrypted is not used, and not shown', async () => {
  account.putParameter('/slack', 'xoxb-1-a', 'String');
  const problem = await secret('ssm:/slack')
    .read()
    .catch((error: Error) => `${error.name}: ${error.message}`);
  expect(problem).toMatch(/^ConfigurationError: Parameter "\/slack" is of type String.*SecureString/);
  expect(problem).not.toContain('xoxb');
});

test.each([
  ['ssm:/nowhere', /ssm:GetParameter of "\/nowhere" failed with ParameterNotFound.*SLACK_SECRET/],
  ['nowhere', /"nowhere".*ResourceNotFoundException.*SLACK_SECRET/],
])('%s does not exist: names the setting to correct', async (place, message) => {
  await expect(secret(place).read()).rejects.toThrow(message);
});

test('one that may not be read names the permissions, those of a key among them', async () => {
  account.inject({ operation: 'GetParameter', code: 'AccessDeniedException', times: 1 });
  await expect(secret('ssm:/slack').read()).rejects.toThrow(/Allow ssm:GetParameter .*kms:Decrypt if/);
});

test('is cached for five minutes, and read anew when told to forget', async () => {
  account.putSecret('slack', 'xoxb-1-a');
  const reading = secret();
  await reading.read();
  account.putSecret('slack', 'xoxb-2-b');
  await clock.advance(299_000);
  expect(await reading.read()).toMatchObject({ token: 'xoxb-1-a' });
  reading.forget();
  expect(await reading.read()).toMatchObject({ token: 'xoxb-2-b' });
});
