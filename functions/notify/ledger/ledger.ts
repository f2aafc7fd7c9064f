import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { callConditionally, callTable, type TableAccess } from '../../table/call.ts';
import {
  conversationHeadKey,
  conversationMemberKey,
  noticesExpireAfter,
  SCHEMA_VERSION,
  storyKey,
} from '../../table/keys.ts';
import type { Announced } from '../announced.ts';
import type { Place } from '../routing.ts';
import { slotOf } from '../story.ts';
import type { Desk } from './desk.ts';
import { type Hold, holdConversation } from './hold.ts';
import { slotAttribute } from './slot.ts';

/**
 * What the notifier remembers, in the responder's table: a story an incident, and what is shown of each conversation.
 * Every environment of the Lambda writes here; nothing depends on the order in which they do.
 *
 * Every method throws `AwsCallError` as `callTable` does.
 */
export interface Ledger {
  /** Keeps an event unless a newer one of its slot is known. Returns every conversation that its stories are part of. */
  keep(announced: Announced, places: readonly Place[]): Promise<readonly string[]>;
  /** Whoever holds the conversation will look at it once more. */
  markChanged(conversation: string): Promise<void>;
  /** The right to speak in a conversation, for one at a time; `undefined` while another has it. */
  hold(conversation: string): Promise<Hold | undefined>;
}

export interface LedgerDeps extends TableAccess {
  readonly client: DynamoDBClient;
}

export function dynamoLedger({ client, ...access }: LedgerDeps): Ledger {
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const desk: Desk = { ...access, documents };
  return {
    keep: (announced, places) => keep(desk, announced, places),
    markChanged: (conversation) => markChanged(desk, conversation),
    hold: (conversation) => holdConversation(desk, conversation),
  };
}

async function keep(desk: Desk, announced: Announced, places: readonly Place[]): Promise<readonly string[]> {
  const stories = Map.groupBy(places, ({ story }) => story);
  const conversations = await Promise.all(
    [...stories].map(async ([story, own]) => {
      const all = await keepInStory(
        desk,
        announced,
        story,
        own.map(({ conversation }) => conversation),
      );
      await Promise.all(all.map((conversation) => touchMember(desk, conversation, story)));
      return all;
    }),
  );
  return [...new Set(conversations.flat())];
}

/** Of two events of one slot the newer stays; the conversations add up in any case. */
async function keepInStory(
  desk: Desk,
  announced: Announced,
  story: string,
  conversations: readonly string[],
): Promise<readonly string[]> {
  const { type, detail } = announced;
  const told = { type, revision: detail.revision, detail: JSON.stringify(detail) };
  const newer = await updateStory(desk, story, conversations, {
    expression: '#slot = :told, ',
    condition: 'attribute_not_exists(#slot) OR #slot.#revision < :revision',
    names: { '#slot': slotAttribute(slotOf(announced)), '#revision': 'revision' },
    values: { ':told': told, ':revision': detail.revision },
  });
  return (
    newer ??
    (await updateStory(desk, story, conversations, { expression: '', names: {}, values: {} })) ??
    conversations
  );
}

interface StoryPart {
  readonly expression: string;
  readonly condition?: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, unknown>>;
}

async function updateStory(
  desk: Desk,
  story: string,
  conversations: readonly string[],
  { expression, condition, names, values }: StoryPart,
): Promise<readonly string[] | undefined> {
  const command = new UpdateCommand({
    TableName: desk.table,
    Key: storyKey(story),
    UpdateExpression: `SET ${expression}#version = :version, #expiresAt = :expiresAt ADD #conversations :conversations`,
    ...(condition !== undefined && { ConditionExpression: condition }),
    ExpressionAttributeNames: {
      ...names,
      '#version': 'schemaVersion',
      '#expiresAt': 'expiresAt',
      '#conversations': 'conversations',
    },
    ExpressionAttributeValues: {
      ...values,
      ':version': SCHEMA_VERSION,
      ':expiresAt': noticesExpireAfter(desk.clock.now()),
      ':conversations': new Set(conversations),
    },
    ReturnValues: 'UPDATED_NEW',
  });
  const written = await callConditionally('UpdateItem', desk, (options) =>
    desk.documents.send(command, options),
  );
  if (written === 'condition-failed') return undefined;
  const all: unknown = written.Attributes?.conversations;
  return all instanceof Set ? [...all].map(String) : conversations;
}

/** The version tells the holder which stories to read again. */
async function touchMember(desk: Desk, conversation: string, story: string): Promise<void> {
  const command = new UpdateCommand({
    TableName: desk.table,
    Key: conversationMemberKey(conversation, story),
    UpdateExpression: 'SET #story = :story, #expiresAt = :expiresAt ADD #touched :one',
    ExpressionAttributeNames: { '#story': 'story', '#expiresAt': 'expiresAt', '#touched': 'touched' },
    ExpressionAttributeValues: {
      ':story': story,
      ':one': 1,
      ':expiresAt': noticesExpireAfter(desk.clock.now()),
    },
  });
  await callTable('UpdateItem', desk, (options) => desk.documents.send(command, options));
}

async function markChanged(desk: Desk, conversation: string): Promise<void> {
  const command = new UpdateCommand({
    TableName: desk.table,
    Key: conversationHeadKey(conversation),
    UpdateExpression: 'SET #expiresAt = :expiresAt ADD #changes :one',
    ExpressionAttributeNames: { '#expiresAt': 'expiresAt', '#changes': 'changes' },
    ExpressionAttributeValues: { ':one': 1, ':expiresAt': noticesExpireAfter(desk.clock.now()) },
  });
  await callTable('UpdateItem', desk, (options) => desk.documents.send(command, options));
}
