import { describe, expect, test } from 'vitest';
import { fallbackCases } from '../../cli/notify/fallback-cases.ts';
import { eventsOf } from './conversations.ts';
import { asEvent, openScene } from './scene.ts';

const [receipt, progress] = eventsOf('draining');
const [, end] = eventsOf('emptied');

test('one message at receipt, edited in place until the end; details in its thread', async () => {
  await using scene = await openScene();
  expect(await scene.deliver([receipt])).toEqual([]);
  const [posted, ...others] = await scene.slack.read(scene.slack.channel);
  expect(others).toEqual([]);
  expect(posted?.text).toContain('Spot interruption: i-0aaaaaaaaaaaaaaa1 in ml-prod');
  await scene.deliver([progress]);
  await scene.deliver([end]);
  const [edited, ...more] = await scene.slack.read(scene.slack.channel);
  expect(more).toEqual([]);
  expect(edited?.ts).toBe(posted?.ts);
  expect(edited?.text).toContain('Emptied with 17 s to spare');
  expect(edited?.replies).toHaveLength(1);
  expect(JSON.stringify(edited?.replies[0]?.blocks)).toContain('inference/llm-6d5f9c7b8-9qk2m');
});

describe('bad records', () => {
  test('fail alone, and the log names the field', async () => {
    await using scene = await openScene();
    const broken = {
      source: 'spot-responder',
      'detail-type': 'Interruption Received',
      detail: { schemaVersion: 1 },
    };
    expect(await scene.deliver(['{', broken, receipt])).toEqual(['0', '1']);
    expect(await scene.slack.read(scene.slack.channel)).toHaveLength(1);
    expect(scene.logged.join('\n')).toContain('detail.account');
  });

  test('events of others, of later schemas and of unknown types are passed over', async () => {
    await using scene = await openScene();
    const of = (part: object) => ({ ...Object(receipt), ...part });
    const strange = [
      of({ source: 'aws.ec2' }),
      of({ 'detail-type': 'Node Painted' }),
      of({ detail: { schemaVersion: 2 } }),
    ];
    expect(await scene.deliver(strange)).toEqual([]);
    expect(await scene.slack.read(scene.slack.channel)).toEqual([]);
  });
});

test('a pool has a message of its own, and a line in the thread of the interruption that led to it', async () => {
  await using scene = await openScene();
  const [decision] = fallbackCases;
  const decided = decision ? [asEvent({ type: 'Fallback Decided', detail: decision })] : [];
  expect(await scene.deliver([receipt, end, ...decided])).toEqual([]);
  const threads = await scene.slack.read(scene.slack.channel);
  expect(threads.map(({ text }) => text.includes('Pool a10g'))).toEqual(
    expect.arrayContaining([true, false]),
  );
  expect(threads).toHaveLength(2);
  expect(JSON.stringify(threads.flatMap(({ replies }) => replies))).toContain('on-demand takes over');
});

test('an alert is shown in the channel and taken back when a second run has settled it', async () => {
  await using scene = await openScene({ settings: { mentionFrom: 'critical' } });
  const [, blocked] = eventsOf('blocked');
  await scene.deliver([receipt, blocked]);
  const [alarmed] = await scene.slack.read(scene.slack.channel);
  expect(alarmed?.replies.map(({ broadcast }) => broadcast)).toEqual([false, true]);
  const settled = { ...Object(end), detail: { ...Object(end).detail, revision: 2_000_001 } };
  await scene.deliver([settled]);
  const [calm] = await scene.slack.read(scene.slack.channel);
  expect(calm?.replies.map(({ broadcast }) => broadcast)).toEqual([false]);
});

test('an interruption that could not be answered is told once, and a better end takes its place', async () => {
  await using scene = await openScene({ settings: { mentionFrom: 'critical' } });
  const [unanswered] = eventsOf('unanswered');
  const first = { ...Object(unanswered), detail: { ...Object(unanswered).detail, revision: 0 } };
  expect(await scene.deliver([first, first])).toEqual([]);
  expect(await scene.deliver([first])).toEqual([]);
  const [failed, ...others] = await scene.slack.read(scene.slack.channel);
  expect(others).toEqual([]);
  expect(failed?.text).toContain('The response failed: i-0aaaaaaaaaaaaaaa1 in an unknown cluster');
  expect(JSON.stringify(failed?.blocks)).toContain('UnauthorizedOperation');
  expect(failed?.replies.map(({ broadcast }) => broadcast)).toEqual([true]);
  await scene.deliver([receipt, progress, end]);
  const texts = (await scene.slack.read(scene.slack.channel)).map(({ text }) => text);
  expect(texts.filter((text) => text.includes('The response failed'))).toEqual([]);
});

test('word for the digest is a record among others: one that could not be told is delivered again, alone', async () => {
  const asked: Date[] = [];
  await using scene = await openScene({
    tellDigest: async ({ scheduledAt }) => {
      asked.push(scheduledAt);
      if (asked.length === 1) throw new Error('Slack is away');
    },
  });
  const digest = { digest: 'weekly', time: '2026-11-23T09:00:00Z' };
  expect(await scene.deliver([receipt, digest])).toEqual(['1']);
  expect(scene.logged.join('\n')).toContain('Slack is away');
  expect(await scene.deliver([digest])).toEqual([]);
  expect(asked).toEqual([new Date(digest.time), new Date(digest.time)]);
});

test('word for the digest that its schedule could not send is told when it is moved back, as the call that it is kept as', async () => {
  const asked: Date[] = [];
  await using scene = await openScene({
    tellDigest: async ({ scheduledAt }) => void asked.push(scheduledAt),
  });
  const MessageBody = JSON.stringify({ digest: 'weekly', time: '2026-11-23T09:00:00Z' });
  expect(await scene.deliver([{ MessageBody, QueueUrl: 'https://sqs/notices' }])).toEqual([]);
  expect(asked).toEqual([new Date('2026-11-23T09:00:00Z')]);
});

test('an interruption in the same batch is told while the digest is still under way', async () => {
  const told = Promise.withResolvers<void>();
  await using scene = await openScene({ tellDigest: () => told.promise });
  const delivering = scene.deliver([{ digest: 'weekly', time: '2026-11-23T09:00:00Z' }, receipt]);
  await expect
    .poll(async () => (await scene.slack.read(scene.slack.channel)).length, { timeout: 10_000 })
    .toBe(1);
  told.resolve();
  expect(await delivering).toEqual([]);
});
