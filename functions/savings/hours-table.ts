import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { callConditionally, callTable, type TableAccess } from '../table/call.ts';
import { expiryAfter, hourPricesKey, hoursPartition, PARTITION_KEY, tallyKey } from '../table/keys.ts';
import { type HourPrices, readHourPrices, readTally, toItem } from './row.ts';
import { type HourTally, nextMinute } from './tally.ts';

/** Hours and their prices in the one table. Every function throws `AwsCallError` when the table cannot be used. */
export interface HoursTable extends TableAccess {
  readonly documents: DynamoDBDocumentClient;
}

export function openHoursTable(access: TableAccess & { readonly client: DynamoDBClient }): HoursTable {
  return { ...access, documents: DynamoDBDocumentClient.from(access.client) };
}

/** The tally of an hour as it is stored; of one that has none yet, an empty one. */
export async function fetchTally(desk: HoursTable, empty: HourTally): Promise<HourTally> {
  const Key = tallyKey(empty.hour, empty.region, empty.cluster);
  const command = new GetCommand({ TableName: desk.table, Key, ConsistentRead: true });
  const { Item } = await callTable('GetItem', desk, (options) => desk.documents.send(command, options));
  return readTally(Item) ?? empty;
}

/** Replaces `before`, and nothing else: of two writers of one minute the second is told. */
export async function replaceTally(
  desk: HoursTable,
  before: HourTally,
  after: HourTally,
): Promise<'written' | 'outrun'> {
  const command = new PutCommand({
    TableName: desk.table,
    Item: {
      ...tallyKey(after.hour, after.region, after.cluster),
      ...toItem('tally', after),
      nextMinute: nextMinute(after),
      expiresAt: expiryAfter(after.hour),
    },
    ConditionExpression: 'attribute_not_exists(#key) OR #next = :before',
    ExpressionAttributeNames: { '#key': PARTITION_KEY, '#next': 'nextMinute' },
    ExpressionAttributeValues: { ':before': nextMinute(before) },
  });
  const answer = await callConditionally('PutItem', desk, (options) => desk.documents.send(command, options));
  return answer === 'condition-failed' ? 'outrun' : 'written';
}

export async function writeHourPrices(desk: HoursTable, prices: HourPrices): Promise<void> {
  const command = new PutCommand({
    TableName: desk.table,
    Item: {
      ...hourPricesKey(prices.hour, prices.region),
      ...toItem('prices', prices),
      expiresAt: expiryAfter(prices.hour),
    },
  });
  await callTable('PutItem', desk, (options) => desk.documents.send(command, options));
}

export interface Hours {
  readonly tallies: readonly HourTally[];
  readonly prices: readonly HourPrices[];
}

/** The hours that begin between the two. */
export async function readHours(desk: HoursTable, from: Date, to: Date): Promise<Hours> {
  const items: unknown[] = [];
  for (const day of daysBetween(from, to)) items.push(...(await readDay(desk, day)));
  const isWithin = ({ hour }: { readonly hour: Date }) => hour >= from && hour < to;
  return {
    tallies: items.flatMap((item) => readTally(item) ?? []).filter(isWithin),
    prices: items.flatMap((item) => readHourPrices(item) ?? []).filter(isWithin),
  };
}

async function readDay(desk: HoursTable, day: Date): Promise<readonly unknown[]> {
  const items: unknown[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const command = new QueryCommand({
      TableName: desk.table,
      KeyConditionExpression: '#partition = :partition',
      ExpressionAttributeNames: { '#partition': PARTITION_KEY },
      ExpressionAttributeValues: { ':partition': hoursPartition(day) },
      ...(start && { ExclusiveStartKey: start }),
    });
    const page = await callTable('Query', desk, (options) => desk.documents.send(command, options));
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start);
  return items;
}

const DAY_MS = 24 * 3_600_000;

function daysBetween(from: Date, to: Date): readonly Date[] {
  const days: Date[] = [];
  for (let day = Math.floor(from.getTime() / DAY_MS) * DAY_MS; day < to.getTime(); day += DAY_MS)
    days.push(new Date(day));
  return days;
}
