import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { type Message, plainText } from '../../functions/notify/message/blocks.ts';
import { tellDigest } from '../../functions/notify/message/digest.ts';
import { tellFallback } from '../../functions/notify/message/fallback.ts';
import type { Reader } from '../../functions/notify/message/reader.ts';
import { membersOf, tellAtOnce, tellConversation } from '../../functions/notify/message.ts';
import { emptyStory, type Story, takeAnnounced } from '../../functions/notify/story.ts';
import { cases } from './cases.ts';
import { digestAt, sampleWeek } from './digest-case.ts';
import { fallbackCases } from './fallback-cases.ts';
import { previewPage, type Shown } from './preview-page.ts';
import type { Case } from './sample-events.ts';

const reader: Reader = {
  accountNames: { '111122223333': 'ml-research' },
  logGroup: '/aws/lambda/spot-responder',
  mentionFrom: 'critical',
};

/** Shows every kind of message in the terminal, and writes the page and one JSON a message for Slack's Block Kit Builder. */
export async function previewMessages(folder: string): Promise<void> {
  const byWebhook = cases.filter(({ name }) => BY_WEBHOOK.has(name)).map(showByWebhook);
  const shown = [...cases.map(showCase), ...byWebhook, ...fallbackCases.map(showFallback), showDigest()];
  await mkdir(folder, { recursive: true });
  for (const { name, about, messages } of shown) {
    console.log(`\n${styleText('bold', name)}  ${about}`);
    for (const message of messages) await writeMessage(folder, name, message);
  }
  const page = join(folder, 'index.html');
  await writeFile(page, previewPage(shown));
  const count = shown.reduce((sum, { messages }) => sum + messages.length, 0);
  console.log(
    `\n${count} messages: ${page}, and each as JSON beside it for https://app.slack.com/block-kit-builder`,
  );
}

async function writeMessage(folder: string, name: string, { key, text, blocks }: Message): Promise<void> {
  const isFirst = key === 'parent' || key === 'part-1';
  const title = isFirst ? '' : `${styleText('dim', `in its thread, ${key}`)}\n`;
  const lines = `${title}${plainText(blocks)}`.split('\n');
  console.log(lines.map((line) => `  │ ${line}`).join('\n'));
  await writeFile(join(folder, `${name}.${key}.json`), `${JSON.stringify({ text, blocks }, null, 2)}\n`);
}

function showCase({ name, about, events }: Case): Shown {
  return { name, about, messages: tellConversation(storiesOf(events), reader), at: AT };
}

/** Where nothing can be edited or threaded. */
function showByWebhook({ name, events }: Case): Shown {
  const members = membersOf(storiesOf(events));
  const ended = members.filter(({ phase }) => phase.type === 'ended');
  const about = 'the same by an incoming webhook: all in one message at the end';
  return { name: `webhook-${name}`, about, messages: tellAtOnce(members, ended, reader), at: AT };
}

function storiesOf(events: Case['events']): readonly Story[] {
  const stories = new Map<string, Story>();
  for (const announced of events) {
    const [incident] =
      'incident' in announced.detail ? [announced.detail.incident] : announced.detail.incidents;
    if (incident === undefined) continue;
    stories.set(incident, takeAnnounced(stories.get(incident) ?? emptyStory(incident), announced));
  }
  return [...stories.values()];
}

function showFallback(decision: (typeof fallbackCases)[number]): Shown {
  const name = `fallback-${decision.revision}-${decision.action}`;
  return {
    name,
    about: "a pool's own message, edited in place",
    messages: [tellFallback(decision, reader)],
    at: AT,
  };
}

function showDigest(): Shown {
  const from = new Date(digestAt.getTime() - 7 * 24 * 3600 * 1000);
  return {
    name: 'digest',
    about: 'on Mondays, one message a channel',
    messages: [tellDigest(sampleWeek, from, digestAt)],
    at: digestAt,
  };
}

const BY_WEBHOOK = new Set(['blocked', 'training', 'two-nodes']);

const AT = new Date('2026-11-20T10:00:06Z');
