import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cases } from '../../cli/notify/cases.ts';
import { fallbackCases } from '../../cli/notify/fallback-cases.ts';
import type { SlackFault } from '../../simulator/slack/faults.ts';
import type { SlackThread } from '../../simulator/slack/slack.ts';
import { incidentEvents } from './arbitrary-events.ts';
import { asEvent, openScene, type Scene } from './scene.ts';

function eventsOf(name: string): readonly unknown[] {
  const found = cases.find((each) => each.name === name);
  if (!found) throw new RangeError(`no case ${name}`);
  return found.events.map(asEvent);
}

/** What a person sees: texts and blocks, the thread in the order of the messages' names. */
async function conversationsOf({ slack }: Scene, channel = slack.channel) {
  const threads = await slack.read(channel);
  const looks = ({ text, blocks, broadcast, mark }: SlackThread['replies'][number]) => ({
    mark,
    text,
    blocks,
    broadcast,
  });
  const byMark = (one: { mark: string | undefined }, other: { mark: string | undefined }) =>
    String(one.mark) < String(other.mark) ? -1 : 1;
  return threads
    .map((thread) => ({ ...looks(thread), replies: thread.replies.map(looks).toSorted(byMark) }))
    .toSorted(byMark);
}

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

test('a finished message does not go back, whatever comes late or again', async () => {
  await using scene = await openScene();
  await scene.deliver([end]);
  const before = await conversationsOf(scene);
  await scene.deliver([receipt, progress, end, receipt]);
  expect(await conversationsOf(scene)).toEqual(before);
});

test('two environments at once make one conversation', async () => {
  await using scene = await openScene();
  const second = scene.another();
  await Promise.all([
    scene.deliver([receipt, end]),
    second.deliver([receipt, progress]),
    second.deliver([end]),
  ]);
  const threads = await scene.slack.read(scene.slack.channel);
  expect(threads).toHaveLength(1);
  expect(threads[0]?.text).toContain('Emptied with 17 s to spare');
});

test('duplicate and shuffled deliveries by several environments end in the identical conversation', async () => {
  const stories = fc.tuple(incidentEvents(1), incidentEvents(2)).map((events) => events.flat().map(asEvent));
  const deliveries = stories.chain((events) =>
    fc.tuple(
      fc.constant(events),
      fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 30, maxLength: 30 }),
    ),
  );
  await fc.assert(
    fc.asyncProperty(deliveries, async ([events, shuffled, sizes]) => {
      await using once = await openScene({ speed: 60, limited: false });
      await once.deliver(events);
      await using again = await openScene({ speed: 60, limited: false });
      const environments = [again, again.another(), again.another()];
      const batches = cut(shuffled, sizes).map((batch, at) => environments[at % 3]?.deliver(batch));
      expect((await Promise.all(batches)).flat()).toEqual([]);
      expect(await conversationsOf(again)).toEqual(await conversationsOf(once));
    }),
    { numRuns: 8, endOnFailure: true },
  );
}, 120_000);

function cut<Item>(items: readonly Item[], sizes: readonly number[]): readonly (readonly Item[])[] {
  const [size = 5, ...others] = sizes;
  return items.length === 0 ? [] : [items.slice(0, size), ...cut(items.slice(size), others)];
}

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
