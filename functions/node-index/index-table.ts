import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  BatchWriteCommand,
  type BatchWriteCommandInput,
  DynamoDBDocumentClient,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import { AwsCallError } from '../errors.ts';
import type { LocatedInstance } from '../locate/located.ts';
import type { InstanceId } from '../signals/interruption.ts';
import { callTable, type TableAccess } from '../table/call.ts';
import { CLUSTERS_PARTITION, nodeKey, PARTITION_KEY, SORT_KEY } from '../table/keys.ts';
import { type IndexRow, type NamedEndpoint, readClusterRow, readNodeRow, type Stored } from './row.ts';

/** The index's rows in the one table. Every function throws `AwsCallError` when the table cannot be used. */
export interface IndexTable extends TableAccess {
  readonly documents: DynamoDBDocumentClient;
}

export function openIndexTable(access: TableAccess & { readonly client: DynamoDBClient }): IndexTable {
  return { ...access, documents: DynamoDBDocumentClient.from(access.client) };
}

/** DynamoDB's own bounds of one request. */
export const MOST_READ = 100;
const MOST_WRITTEN = 25;

/** At most `MOST_READ` different ids; expired rows may be among the answers. */
export async function readNodes(
  table: IndexTable,
  instanceIds: readonly InstanceId[],
): Promise<ReadonlyMap<InstanceId, Stored<LocatedInstance>>> {
  const items: Record<string, unknown>[] = [];
  await untilProcessed<NonNullable<BatchGetCommandInput['RequestItems']>>(
    table,
    { [table.table]: { Keys: instanceIds.map(nodeKey) } },
    async (RequestItems) => {
      const command = new BatchGetCommand({ RequestItems });
      const page = await callTable('BatchGetItem', table, (options) =>
        table.documents.send(command, options),
      );
      items.push(...(page.Responses?.[table.table] ?? []));
      return page.UnprocessedKeys;
    },
  );
  return new Map(
    items.flatMap((item) => readNodeRow(item) ?? []).map((node) => [node.value.instanceId, node]),
  );
}

/** Of the table's own region: the others' clusters stand in the same partition. */
export async function readClusters(table: IndexTable): Promise<readonly Stored<NamedEndpoint>[]> {
  const clusters: Stored<NamedEndpoint>[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const command = new QueryCommand({
      TableName: table.table,
      KeyConditionExpression: '#partition = :partition',
      ExpressionAttributeNames: { '#partition': PARTITION_KEY },
      ExpressionAttributeValues: { ':partition': CLUSTERS_PARTITION },
      ...(from && { ExclusiveStartKey: from }),
    });
    const page = await callTable('Query', table, (options) => table.documents.send(command, options));
    const ours = (page.Items ?? []).filter((item) => isInScope(item, table));
    clusters.push(...ours.flatMap((item) => readClusterRow(item) ?? []));
    from = page.LastEvaluatedKey;
  } while (from);
  return clusters;
}

function isInScope(item: Record<string, unknown>, { scope = '' }: IndexTable): boolean {
  return item[SORT_KEY] === `${scope}${String(item.clusterName)}`;
}

/** Overwrites: the last writer wins. */
export async function writeRows(table: IndexTable, rows: readonly IndexRow[]): Promise<void> {
  for (let at = 0; at < rows.length; at += MOST_WRITTEN) {
    const puts = rows.slice(at, at + MOST_WRITTEN).map((Item) => ({ PutRequest: { Item } }));
    const written = await untilProcessed<NonNullable<BatchWriteCommandInput['RequestItems']>>(
      table,
      { [table.table]: puts },
      async (RequestItems) => {
        const command = new BatchWriteCommand({ RequestItems });
        const answer = await callTable('BatchWriteItem', table, (options) =>
          table.documents.send(command, options),
        );
        return answer.UnprocessedItems;
      },
    );
    if (!written) throw unprocessed(table.table);
  }
}

const MOST_ROUNDS = 6;
const FIRST_PAUSE_MS = 50;

/** A throttled table answers a batch in part. False when some of it is left after several rounds. */
async function untilProcessed<Batch extends object>(
  { clock, random }: IndexTable,
  whole: Batch,
  send: (batch: Batch) => Promise<Batch | undefined>,
): Promise<boolean> {
  let rest: Batch | undefined = whole;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    rest = await send(rest);
    if (!rest || Object.keys(rest).length === 0) return true;
    await clock.sleep(FIRST_PAUSE_MS * 2 ** round * (0.5 + random() / 2));
  }
  return false;
}

function unprocessed(table: string): AwsCallError {
  return new AwsCallError(
    'BatchWriteItem',
    'UnprocessedItems',
    `dynamodb:BatchWriteItem on table "${table}" left items unwritten after ${MOST_ROUNDS} rounds. Use on-demand capacity for the table, or raise its maximum throughput.`,
  );
}
