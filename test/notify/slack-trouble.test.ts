import { describe, expect, test } from 'vitest';
import type { SlackFault } from '../../simulator/slack/faults.ts';
import { eventsOf } from './conversations.ts';
import { openScene } from './scene.ts';

const [receipt, progress] = eventsOf('draining');
const [, end] = eventsOf('emptied');

describe('trouble with Slack', () => {
  const faults: readonly (readonly [string, SlackFault])[] = [
    ['a 429 with Retry-After', { type: 'limited', seconds: 7 }],
    ['a 500', { type: 'status', status: 500 }],
    ['a time-out after Slack took it', { type: 'answer-lost' }],
    ['a reset before Slack has it', { type: 'reset' }],
    ['a reset after Slack took it', { type: 'reset-after' }],
    ['an internal error', { type: 'error', code: 'internal_error' }],
  ];

  test.each(faults)('%s on a post: the message is there, once', async (_, fault) => {
    await using scene = await openScene();
    scene.slack.inject({ method: 'chat.postMessage', fault });
    expect(await scene.deliver([receipt])).toEqual([]);
    expect(await scene.slack.read(scene.slack.channel)).toHaveLength(1);
  });

  test.each(faults)('%s on an edit: the last state shows', async (_, fault) => {
    await using scene = await openScene();
    await scene.deliver([receipt]);
    scene.slack.inject({ method: 'chat.update', fault, times: 2 });
    expect(await scene.deliver([end])).toEqual([]);
    expect((await scene.slack.read(scene.slack.channel))[0]?.text).toContain('Emptied');
  });

  test('Retry-After is honoured', async () => {
    await using scene = await openScene();
    scene.slack.inject({ method: 'chat.postMessage', fault: { type: 'limited', seconds: 20 } });
    await scene.deliver([receipt]);
    const [first, second] = scene.slack.calls.filter(({ method }) => method === 'chat.postMessage');
    expect((second?.at.getTime() ?? 0) - (first?.at.getTime() ?? 0)).toBeGreaterThanOrEqual(20_000);
  });

  test('a Slack that is down fails the records; delivered again they show everything, once', async () => {
    await using scene = await openScene({ speed: 200 });
    scene.slack.inject({ method: '*', fault: { type: 'status', status: 503 }, times: 1_000 });
    expect(await scene.deliver([receipt, progress], 90)).toEqual(['0', '1']);
    expect(await scene.slack.read(scene.slack.channel)).toEqual([]);
    expect(scene.logged.join('\n')).toContain('will be delivered again');
    scene.slack.heal();
    expect(await scene.deliver([receipt, progress])).toEqual([]);
    expect(await scene.slack.read(scene.slack.channel)).toHaveLength(1);
  });

  test('a post that was accepted while every answer was lost is found by the next delivery', async () => {
    await using scene = await openScene({ speed: 100 });
    scene.slack.inject({ method: 'chat.postMessage', fault: { type: 'answer-lost' } });
    scene.slack.inject({
      method: 'conversations.history',
      fault: { type: 'status', status: 500 },
      times: 1_000,
    });
    expect(await scene.deliver([receipt], 60)).toEqual(['0']);
    scene.slack.heal();
    expect(await scene.another().deliver([receipt])).toEqual([]);
    expect(await scene.slack.read(scene.slack.channel)).toHaveLength(1);
  });

  test('without the scope to look back, a lost answer is posted again and the log says so', async () => {
    await using scene = await openScene();
    scene.slack.inject({ method: 'chat.postMessage', fault: { type: 'answer-lost' } });
    scene.slack.inject({
      method: 'conversations.history',
      fault: { type: 'error', code: 'missing_scope', needed: 'channels:history' },
    });
    expect(await scene.deliver([receipt])).toEqual([]);
    expect(await scene.slack.read(scene.slack.channel)).toHaveLength(2);
    expect(scene.logged.join('\n')).toMatch(/may show twice.*channels:history/);
  });

  test('a rotated token is noticed', async () => {
    let token = 'xoxb-simulated-first';
    await using scene = await openScene({ access: () => ({ type: 'bot', token }) });
    await scene.deliver([receipt]);
    token = 'xoxb-simulated-second';
    scene.slack.rotateToken(token);
    expect(await scene.deliver([end])).toEqual([]);
    expect((await scene.slack.read(scene.slack.channel))[0]?.text).toContain('Emptied');
  });

  test.each([
    ['invalid_auth', 'xoxb-'],
    ['missing_scope', 'chat:write'],
    ['channel_not_found', 'check the id'],
    ['not_in_channel', '/invite'],
    ['is_archived', 'unarchive'],
  ])('%s fails the record and the log names the remedy', async (code, remedy) => {
    await using scene = await openScene();
    scene.slack.inject({
      method: 'chat.postMessage',
      fault: { type: 'error', code, needed: 'chat:write' },
      times: 9,
    });
    expect(await scene.deliver([receipt])).toEqual(['0']);
    expect(scene.logged.join('\n')).toContain(remedy);
    expect(scene.logged.join('\n')).not.toContain(scene.slack.token);
  });

  test('blocks that Slack does not like are sent as plain text', async () => {
    await using scene = await openScene();
    scene.slack.inject({ method: 'chat.postMessage', fault: { type: 'error', code: 'invalid_blocks' } });
    expect(await scene.deliver([receipt])).toEqual([]);
    const [posted] = await scene.slack.read(scene.slack.channel);
    expect(posted?.blocks).toEqual([]);
    expect(posted?.text).toContain('Cordoning the node');
  });

  test('a message that somebody deleted is posted anew with its thread', async () => {
    await using scene = await openScene();
    await scene.deliver([receipt]);
    const [posted] = await scene.slack.read(scene.slack.channel);
    await scene.slack.remove(scene.slack.channel, posted?.ts ?? '');
    expect(await scene.deliver([end])).toEqual([]);
    const threads = await scene.slack.read(scene.slack.channel);
    expect(threads.map(({ text, replies }) => [text.includes('Emptied'), replies.length])).toEqual([
      [true, 1],
    ]);
  });
});
