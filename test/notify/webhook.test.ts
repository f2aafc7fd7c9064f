import { expect, test } from 'vitest';
import { cases } from '../../cli/notify/cases.ts';
import { fallbackCases } from '../../cli/notify/fallback-cases.ts';
import { plainText } from '../../functions/notify/message/blocks.ts';
import type { SimulatedSlack } from '../../simulator/slack/slack.ts';
import { asEvent, openScene, type Scene } from './scene.ts';

const webhooks = {
  access: (slack: SimulatedSlack) => ({ type: 'webhooks', urls: { default: slack.webhookUrl } }) as const,
};

function eventsOf(name: string): readonly unknown[] {
  return cases.find((each) => each.name === name)?.events.map(asEvent) ?? [];
}

const [receipt, progress] = eventsOf('draining');
const [, end] = eventsOf('emptied-with-losses');

async function messagesOf({ slack }: Scene): Promise<readonly string[]> {
  const messages = await slack.read(slack.channel);
  return messages.map(({ blocks }) => plainText(blocks as Parameters<typeof plainText>[0]));
}

test('one message at receipt and one at the end, with all that a thread would hold', async () => {
  await using scene = await openScene(webhooks);
  expect(await scene.deliver([receipt])).toEqual([]);
  await scene.deliver([progress]);
  await scene.deliver([end]);
  await scene.deliver([receipt, progress, end]);
  const messages = await messagesOf(scene);
  expect(messages).toHaveLength(2);
  expect(messages[0]).toContain('Spot interruption');
  for (const word of ['17 s to spare', 'To do', 'llm-6d5f9c7b8-9qk2m', 'debug-shell'])
    expect(messages[1]).toContain(word);
});

test('an end that comes before its receipt is told once, as an end', async () => {
  await using scene = await openScene(webhooks);
  await scene.deliver([end]);
  await scene.deliver([receipt]);
  expect(await messagesOf(scene)).toHaveLength(1);
});

test('a storm makes a handful of messages, and every node ends in one of them', async () => {
  await using scene = await openScene({ ...webhooks, speed: 100 });
  const storm = eventsOf('storm-over');
  const receipts = storm.filter((_, at) => at % 2 === 0);
  const ends = storm.filter((_, at) => at % 2 === 1);
  await Promise.all([scene.deliver(receipts.slice(0, 10)), scene.another().deliver(receipts.slice(10))]);
  await Promise.all([scene.deliver(ends.slice(0, 25)), scene.another().deliver(ends.slice(25))]);
  const messages = await messagesOf(scene);
  expect(messages.length).toBeLessThanOrEqual(8);
  for (let node = 20; node < 60; node++)
    expect(messages.join('\n')).toMatch(new RegExp(`ip-10-0-3-${node} (Emptied|1 pod)`));
});

test('a decision of a pool is told once', async () => {
  await using scene = await openScene(webhooks);
  const [decision] = fallbackCases;
  const events = decision
    ? [asEvent({ type: 'Fallback Decided', detail: { ...decision, incidents: [] } })]
    : [];
  await scene.deliver(events);
  await scene.deliver(events);
  expect(await messagesOf(scene)).toEqual([expect.stringContaining('Pool a10g')]);
});

test.each([
  ['a 429 with Retry-After', { type: 'limited', seconds: 3 }],
  ['a 500', { type: 'status', status: 500 }],
  ['a reset', { type: 'reset' }],
] as const)('%s is waited for, and the message comes once', async (_, fault) => {
  await using scene = await openScene(webhooks);
  scene.slack.inject({ method: 'webhook', fault, times: 2 });
  expect(await scene.deliver([receipt])).toEqual([]);
  expect(await messagesOf(scene)).toHaveLength(1);
});

test('a webhook that is gone fails the record; the log names the remedy and not the URL', async () => {
  await using scene = await openScene(webhooks);
  scene.slack.inject({ method: 'webhook', fault: { type: 'error', code: 'no_service' }, times: 9 });
  expect(await scene.deliver([receipt])).toEqual(['0']);
  expect(scene.logged.join('\n')).toContain('create a new one');
  expect(scene.logged.join('\n')).not.toContain('/services/');
});

test('a route names a webhook; one that is not in the secret goes to the default', async () => {
  const settings = { routes: [{ cluster: 'ml-*', channel: 'ml' }] };
  const urls = (slack: SimulatedSlack) => ({
    ml: slack.webhookUrl,
    default: 'http://127.0.0.1:1/services/unused',
  });
  await using scene = await openScene({
    settings,
    access: (slack) => ({ type: 'webhooks', urls: urls(slack) }),
  });
  expect(await scene.deliver([receipt])).toEqual([]);
  expect(await messagesOf(scene)).toHaveLength(1);
});
