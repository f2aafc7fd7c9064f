import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DoctorScene, openDoctorScene } from '../scene.ts';

let scene: DoctorScene;
beforeEach(async () => {
  scene = await openDoctorScene();
});
afterEach(() => scene.close());

test('a secret that holds nothing for Slack, a token that Slack refuses, Slack out of reach', async () => {
  scene.account.putSecret('slack', 'hunter2');
  const [empty] = await scene.findingsOf('Slack');
  expect(empty).toMatchObject({ type: 'wrong', problem: expect.stringContaining('holds no Slack access') });
  expect(JSON.stringify(empty)).not.toContain('hunter2');
  scene.account.putSecret('slack', 'xoxb-revoked');
  expect(await scene.findingsOf('Slack')).toMatchObject([
    { type: 'wrong', problem: expect.stringContaining('Slack refuses the token') },
  ]);
  scene.account.putSecret('slack', scene.slack.token);
  await scene.slack.close();
  expect(await scene.findingsOf('Slack')).toMatchObject([{ type: 'not-seen' }]);
}, 60_000);

test('a parameter: well, not there, lying open, with nothing for Slack in it, and with a token that Slack refuses', async () => {
  const place = 'ssm:/spot-responder/slack';
  scene.setNotifier({ SLACK_SECRET: place, SLACK_CHANNEL: scene.slack.channel });
  const create = `aws ssm put-parameter --region us-east-2 --type SecureString --name /spot-responder/slack --value file://slack.json`;
  expect(await scene.findingsOf('Slack')).toMatchObject([
    {
      type: 'wrong',
      about: `secret ${place}`,
      problem: expect.stringContaining('ParameterNotFound'),
      remedy: expect.stringMatching(new RegExp(`${create}$`)),
    },
  ]);
  scene.account.putParameter('/spot-responder/slack', scene.slack.token, 'String');
  const [open] = await scene.findingsOf('Slack');
  expect(open).toMatchObject({ type: 'wrong', problem: expect.stringContaining('of type String') });
  expect(open?.remedy).toContain(
    `aws ssm delete-parameter --region us-east-2 --name /spot-responder/slack; then ${create}`,
  );
  expect(JSON.stringify(open)).not.toContain(scene.slack.token);
  scene.account.putParameter('/spot-responder/slack', 'hunter2');
  const [empty] = await scene.findingsOf('Slack');
  expect(empty).toMatchObject({ type: 'wrong', problem: expect.stringContaining('holds no Slack access') });
  expect(empty?.remedy).toBe(`docs/slack.md, set-up: ${create} --overwrite`);
  expect(JSON.stringify(empty)).not.toContain('hunter2');
  scene.account.putParameter('/spot-responder/slack', 'xoxb-revoked');
  expect(await scene.findingsOf('Slack')).toMatchObject([
    {
      type: 'wrong',
      problem: expect.stringContaining('Slack refuses the token'),
      remedy: expect.stringContaining(
        `${create} --overwrite; then spot-responder notify --test --secret ${place}`,
      ),
    },
  ]);
  scene.account.putParameter('/spot-responder/slack', JSON.stringify({ token: scene.slack.token }));
  expect(await scene.findingsOf('Slack')).toMatchObject([
    { type: 'ok', about: `secret ${place}` },
    { type: 'ok' },
  ]);
}, 60_000);

test('a channel that the bot is not in, that a route names wrongly, and a webhook that is missing', async () => {
  expect(await scene.findingsOf('Slack')).toMatchObject([
    { type: 'ok' },
    { type: 'ok', about: `channel ${scene.slack.channel}`, detail: 'the bot is in it' },
  ]);
  scene.slack.inject({
    method: 'conversations.history',
    fault: { type: 'error', code: 'not_in_channel' },
    times: 1,
  });
  expect(await scene.findingsOf('Slack')).toMatchObject([
    { type: 'ok' },
    { type: 'wrong', problem: expect.stringContaining('/invite') },
  ]);
  scene.setNotifier({
    SLACK_CHANNEL: 'C0NOWHERE',
    SLACK_ROUTES: '[{"level":"critical","channel":"#oncall"}]',
  });
  expect(await scene.findingsOf('Slack')).toMatchObject([
    { type: 'ok' },
    { type: 'wrong', about: 'channel C0NOWHERE', problem: expect.stringContaining('channel_not_found') },
    { type: 'wrong', about: 'channel #oncall', problem: expect.stringContaining("Give the channel's id") },
  ]);
  scene.account.putSecret('slack', '{"webhooks": {"default": "https://hooks.slack.com/services/T/B/x"}}');
  scene.setNotifier({ SLACK_CHANNEL: 'default', SLACK_ROUTES: '[{"level":"critical","channel":"oncall"}]' });
  expect(await scene.findingsOf('Slack')).toMatchObject([
    { type: 'wrong', problem: 'it holds no webhook named oncall' },
  ]);
  expect((await scene.slack.read(scene.slack.channel)).length).toBe(0);
}, 60_000);
