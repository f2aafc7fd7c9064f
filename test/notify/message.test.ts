import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cases } from '../../cli/notify/cases.ts';
import { fallbackCases } from '../../cli/notify/fallback-cases.ts';
import type { Announced } from '../../functions/notify/announced.ts';
import { plainText } from '../../functions/notify/message/blocks.ts';
import { tellFallback } from '../../functions/notify/message/fallback.ts';
import type { Reader } from '../../functions/notify/message/reader.ts';
import { membersOf, tellAtOnce, tellConversation } from '../../functions/notify/message.ts';
import { emptyStory, type Story, takeAnnounced } from '../../functions/notify/story.ts';
import { refuseMessage } from '../../simulator/slack/block-kit.ts';
import { incidentEvents } from './arbitrary-events.ts';

const reader: Reader = { accountNames: {}, logGroup: '/aws/lambda/responder', mentionFrom: 'critical' };

function storiesOf(events: readonly Announced[]): readonly Story[] {
  const stories = new Map<string, Story>();
  for (const announced of events) {
    const incidents =
      'incident' in announced.detail ? [announced.detail.incident] : announced.detail.incidents;
    for (const incident of incidents)
      stories.set(incident, takeAnnounced(stories.get(incident) ?? emptyStory(incident), announced));
  }
  return [...stories.values()];
}

function tell(name: string) {
  const found = cases.find((each) => each.name === name);
  if (!found) throw new RangeError(`no case ${name}`);
  const messages = tellConversation(storiesOf(found.events), reader);
  return {
    messages,
    parent: plainText(messages[0]?.blocks ?? []),
    all: messages.map(({ blocks }) => plainText(blocks)).join('\n'),
  };
}

test.each(cases)('$name: Slack takes every message of it', ({ events }) => {
  const messages = tellConversation(storiesOf(events), reader);
  expect(messages.length).toBeGreaterThan(0);
  expect(messages.flatMap((message) => refuseMessage(message) ?? [])).toEqual([]);
});

test('Slack takes the messages of the largest and strangest incidents', () => {
  const storms = fc
    .integer({ min: 1, max: 8 })
    .chain((size) => fc.tuple(...Array.from({ length: size }, (_, at) => incidentEvents(at + 1))));
  fc.assert(
    fc.property(storms, (events) => {
      for (const message of tellConversation(storiesOf(events.flat()), reader))
        expect(refuseMessage(message)).toBeUndefined();
    }),
    { numRuns: 150 },
  );
});

test('the same events in any order, any number of times, tell the same', () => {
  const shuffled = fc
    .tuple(incidentEvents(1), incidentEvents(2), incidentEvents(3))
    .map((each) => each.flat())
    .chain((events) =>
      fc.tuple(
        fc.constant(events),
        fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
      ),
    );
  fc.assert(
    fc.property(shuffled, ([events, again]) => {
      expect(tellConversation(storiesOf(again), reader)).toEqual(tellConversation(storiesOf(events), reader));
    }),
    { numRuns: 60 },
  );
});

test('nothing from outside is read as mark-up', () => {
  const reason = 'x <!channel> <@U1> & "y" `z`';
  const events = cases
    .find(({ name }) => name === 'failed')
    ?.events.map((each) =>
      each.type === 'Interruption Handled'
        ? { ...each, detail: { ...each.detail, outcome: { type: 'failed' as const, reason } } }
        : each,
    );
  const text = JSON.stringify(tellConversation(storiesOf(events ?? []), reader));
  expect(text).toContain('&lt;!channel&gt; &lt;@U1&gt; &amp;');
  expect(text).not.toContain('<!channel>');
});

describe('what a message says', () => {
  test('at receipt: cluster, node or instance, type, zone, signal, deadline in the local time of its reader, owner', () => {
    const { messages, parent } = tell('receipt');
    for (const word of [
      'Spot interruption',
      'ml-prod',
      'us-east-2',
      '111122223333',
      'i-0aaaaaaaaaaaaaaa1',
      'g5.12xlarge',
      'gpu-spot',
    ])
      expect(parent).toContain(word);
    expect(JSON.stringify(messages)).toContain('<!date^1795168925^{time_secs}|10:02:05 UTC>');
  });

  test('at the end: seconds to spare, workloads, counts, blockers, losses, what to do', () => {
    const { parent } = tell('emptied-with-losses');
    for (const word of [
      '17 s to spare',
      'inference/llm ×2',
      '1 deleted past a budget',
      'default/debug-shell',
      'no controller',
      'To do',
      '4 GPUs',
    ])
      expect(parent).toContain(word);
  });

  test('in the thread: every pod that was moved, checkpoints, fallback, a link to the log', () => {
    const { messages, all } = tell('training');
    for (const word of [
      'llm-6d5f9c7b8-9qk2m',
      'saved step 48210 in 32 s',
      'did not answer',
      'on-demand takes over',
    ])
      expect(all).toContain(word);
    expect(JSON.stringify(messages)).toContain('console.aws.amazon.com/cloudwatch');
  });

  test('a storm counts, names what went wrong, and lists every node in its thread', () => {
    const { messages, parent, all } = tell('storm-over');
    expect(parent).toContain('40 nodes interrupted · all handled');
    expect(parent).toContain('4 nodes: pods could not be moved');
    for (let node = 20; node < 60; node++) expect(all).toContain(`ip-10-0-3-${node}`);
    expect(messages.length).toBeLessThanOrEqual(4);
  });

  test('what needs a person is also shown in the channel, with a mention only where one is configured', () => {
    const alert = tell('blocked').messages.find(({ key }) => key === 'alert');
    expect(alert).toMatchObject({ broadcast: true, text: expect.stringContaining('<!here>') });
    const quiet = tellConversation(storiesOf(cases.find(({ name }) => name === 'blocked')?.events ?? []), {
      accountNames: {},
    });
    expect(JSON.stringify(quiet)).not.toContain('<!here>');
    expect(tell('emptied').messages.some(({ key }) => key === 'alert')).toBe(false);
  });

  test('a pod that several budgets select is told to be never evicted, not to have its budgets widened', () => {
    const { parent } = tell('blocked');
    expect(parent).toContain('only one of the budgets inference/llm and inference/gpu-floor');
    expect(parent).not.toContain('allow one disruption');
  });

  test('a storm counts its signals in whole words', () => {
    expect(tell('storm-over').parent).toContain('40 spot interruptions');
  });

  test('an interruption that could not be answered says why, of which instance, and what to look at', () => {
    const { messages, parent } = tell('unanswered');
    for (const word of ['i-0aaaaaaaaaaaaaaa1', 'cluster unknown', 'UnauthorizedOperation', 'To do'])
      expect(parent).toContain(word);
    expect(messages.map(({ key }) => key)).toEqual(['parent', 'alert']);
  });

  test('a quota failure of the fallback says what to raise', () => {
    const refused = fallbackCases.find(({ action }) => action === 'refuse');
    const { blocks } = refused ? tellFallback(refused, reader) : { blocks: [] };
    expect(plainText(blocks)).toContain('Running On-Demand G and VT instances');
  });
});

test('where several share a conversation that cannot be edited, the one that has ended is named', () => {
  const members = membersOf(storiesOf(cases.find(({ name }) => name === 'storm-over')?.events ?? []));
  const ended = members.slice(0, 1);
  const [message] = tellAtOnce(members, ended, reader);
  expect(members.length).toBeGreaterThan(1);
  expect(plainText(message?.blocks ?? [])).toContain(ended[0]?.facts.node?.split('.')[0] ?? 'a node');
});
