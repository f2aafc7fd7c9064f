import { randomUUID } from 'node:crypto';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { AwsCallError } from '../../errors.ts';
import { callConditionally } from '../../table/call.ts';
import { conversationHeadKey, noticesExpireAfter } from '../../table/keys.ts';
import type { Story } from '../story.ts';
import type { Desk } from './desk.ts';
import { readStories, type StoryCache } from './stories.ts';

/** What Slack shows of one message, as far as we know. */
export interface Shown {
  /** Slack's id of it, once its post was answered. */
  readonly ts?: string | undefined;
  /** Digest of the content that it shows. */
  readonly content?: string | undefined;
  /** Epoch milliseconds of a post under way, or of one whose answer was lost. */
  readonly postingSince?: number | undefined;
}

export type ShownMessages = Readonly<Record<string, Shown>>;

/** The right to speak in one conversation. It ends by itself if its holder dies. */
export interface Hold {
  readonly conversation: string;
  /** By message key. */
  shown(): ShownMessages;
  /** The conversation's stories, as they are now. */
  stories(): Promise<readonly Story[]>;
  /** Writes down what Slack shows now, and keeps the hold alive. @throws HoldLostError */
  write(shown: ShownMessages): Promise<void>;
  /** Keeps the hold alive when it has been quiet for a while. @throws HoldLostError */
  stay(): Promise<void>;
  /** Gives the hold up when nothing has changed since the stories were last read; else keeps it. @throws HoldLostError */
  finish(): Promise<'finished' | 'changed'>;
  /** Gives the hold up in any case. */
  release(): Promise<void>;
}

/** Another took the conversation over, because we were silent for too long. It goes on; we must stop. */
export class HoldLostError extends Error {
  override readonly name = 'HoldLostError';
}

/** Longer than a call to Slack with its lookup may take; a dead holder is replaced after it. */
const HOLD_MS = 60_000;
const QUIET_MS = 15_000;

export async function holdConversation(desk: Desk, conversation: string): Promise<Hold | undefined> {
  const holder = randomUUID();
  const now = desk.clock.now().getTime();
  const taken = await update(desk, conversation, {
    expression:
      'SET #holder = :holder, #heldUntil = :until, #shown = if_not_exists(#shown, :none), #expiresAt = :expiresAt',
    // Or it is ours: a try went through whose answer was lost. Taken for another's, nobody would speak.
    condition: 'attribute_not_exists(#holder) OR #heldUntil < :now OR #holder = :holder',
    names: { '#holder': 'holder', '#heldUntil': 'heldUntil', '#shown': 'shown', '#expiresAt': 'expiresAt' },
    values: {
      ':holder': holder,
      ':until': now + HOLD_MS,
      ':now': now,
      ':none': {},
      ':expiresAt': noticesExpireAfter(desk.clock.now()),
    },
  });
  return taken && openHold(desk, conversation, holder, taken);
}

function openHold(desk: Desk, conversation: string, holder: string, taken: Head): Hold {
  let { shown, changes } = taken;
  let renewedAt = desk.clock.now().getTime();
  const cache: StoryCache = new Map();
  const mine = {
    condition: '#holder = :holder',
    names: { '#holder': 'holder' },
    values: { ':holder': holder },
  };
  const lost = () => new HoldLostError(`another took over conversation ${conversation}`);
  const renew = async (more: Partial<Change>) => {
    const until = desk.clock.now().getTime() + HOLD_MS;
    const written = await update(desk, conversation, {
      expression: `SET #heldUntil = :until${more.expression ?? ''}`,
      condition: mine.condition,
      names: { ...mine.names, '#heldUntil': 'heldUntil', ...more.names },
      values: { ...mine.values, ':until': until, ...more.values },
    });
    if (!written) throw lost();
    renewedAt = until - HOLD_MS;
    return written;
  };
  return {
    conversation,
    shown: () => shown,
    stories: async () => {
      // Before the members: a change in between makes `finish` look again, never the other way round.
      changes = (await renew({})).changes;
      return readStories(desk, conversation, cache);
    },
    write: async (next) => {
      await renew({
        expression: ', #shown = :shown',
        names: { '#shown': 'shown' },
        values: { ':shown': next },
      });
      shown = next;
    },
    stay: async () => {
      if (desk.clock.now().getTime() - renewedAt >= QUIET_MS) await renew({});
    },
    finish: async () => {
      const finished = await update(desk, conversation, {
        expression: 'REMOVE #holder, #heldUntil',
        condition: `${mine.condition} AND #changes = :changes`,
        names: { ...mine.names, '#heldUntil': 'heldUntil', '#changes': 'changes' },
        values: { ...mine.values, ':changes': changes },
      });
      if (finished) return 'finished';
      await renew({});
      return 'changed';
    },
    release: async () => {
      await update(desk, conversation, {
        expression: 'REMOVE #holder, #heldUntil',
        condition: mine.condition,
        names: { ...mine.names, '#heldUntil': 'heldUntil' },
        values: mine.values,
      });
    },
  };
}

const headRow = z.object({
  changes: z._default(z.number(), 0),
  shown: z._default(
    z.record(
      z.string(),
      z.object({
        ts: z.optional(z.string()),
        content: z.optional(z.string()),
        postingSince: z.optional(z.number()),
      }),
    ),
    {},
  ),
});

type Head = z.output<typeof headRow>;

interface Change {
  readonly expression: string;
  readonly condition: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The head as it is after the change; `undefined` when the condition did not hold. */
async function update(desk: Desk, conversation: string, change: Change): Promise<Head | undefined> {
  const command = new UpdateCommand({
    TableName: desk.table,
    Key: conversationHeadKey(conversation),
    UpdateExpression: change.expression,
    ConditionExpression: change.condition,
    ExpressionAttributeNames: { ...change.names },
    ExpressionAttributeValues: { ...change.values },
    ReturnValues: 'ALL_NEW',
  });
  const written = await callConditionally('UpdateItem', desk, (options) =>
    desk.documents.send(command, options),
  );
  if (written === 'condition-failed') return undefined;
  const parsed = headRow.safeParse(written.Attributes);
  if (parsed.success) return parsed.data;
  throw new AwsCallError(
    'UpdateItem',
    'UnreadableRow',
    `Conversation "${conversation}" in table "${desk.table}" cannot be read. Another version wrote it: finish the deployment, or delete the row.`,
  );
}
