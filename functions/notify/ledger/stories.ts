import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { schemas } from '../../announce/schema.ts';
import { callTable } from '../../table/call.ts';
import {
  conversationPartition,
  MEMBER_PREFIX,
  PARTITION_KEY,
  SORT_KEY,
  STORY_PREFIX,
  storyKey,
} from '../../table/keys.ts';
import { readEveryRow } from '../../table/read-rows.ts';
import { readDetail } from '../announced.ts';
import { emptyStory, type Story, takeAnnounced } from '../story.ts';
import type { Desk } from './desk.ts';
import { slotAttribute } from './slot.ts';

/** Stories already read, with the version of their membership: only what changed is read again. */
export type StoryCache = Map<string, { readonly touched: number; readonly story: Story }>;

/** The stories of a conversation. Strongly consistent: what was kept before is seen. */
export async function readStories(
  desk: Desk,
  conversation: string,
  cache: StoryCache,
): Promise<readonly Story[]> {
  const members = await readMembers(desk, conversation);
  const changed = members.filter(({ story, touched }) => cache.get(story)?.touched !== touched);
  const touchedOf = new Map(members.map(({ story, touched }) => [story, touched]));
  const rows = await readEveryRow(
    desk,
    changed.map(({ story }) => storyKey(story)),
  );
  for (const story of rows.map(toStory))
    cache.set(story.incident, { touched: touchedOf.get(story.incident) ?? 0, story });
  return members.flatMap(({ story }) => cache.get(story)?.story ?? []);
}

const memberRow = z.object({ story: z.string(), touched: z.number() });

async function readMembers(desk: Desk, conversation: string) {
  const members: z.output<typeof memberRow>[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const command = new QueryCommand({
      TableName: desk.table,
      KeyConditionExpression: '#partition = :partition AND begins_with(#sort, :member)',
      ExpressionAttributeNames: { '#partition': PARTITION_KEY, '#sort': SORT_KEY },
      ExpressionAttributeValues: {
        ':partition': conversationPartition(conversation),
        ':member': MEMBER_PREFIX,
      },
      ConsistentRead: true,
      ...(from && { ExclusiveStartKey: from }),
    });
    const page = await callTable('Query', desk, (options) => desk.documents.send(command, options));
    for (const item of page.Items ?? []) members.push(memberRow.parse(item));
    from = page.LastEvaluatedKey;
  } while (from);
  return members;
}

const toldForm = z.object({ type: z.string(), detail: z.string() });

/** A slot that another version wrote is passed over: it will be told by that version. */
function toStory(item: Readonly<Record<string, unknown>>): Story {
  let story = emptyStory(String(item[PARTITION_KEY]).slice(STORY_PREFIX.length));
  for (const [name, value] of Object.entries(item)) {
    if (!name.startsWith(slotAttribute(''))) continue;
    const told = toldForm.safeParse(value);
    if (!told.success || !isKnown(told.data.type)) continue;
    story = takeAnnounced(story, readDetail(told.data.type, JSON.parse(told.data.detail)));
  }
  return story;
}

function isKnown(type: string): type is keyof typeof schemas {
  return Object.hasOwn(schemas, type);
}
