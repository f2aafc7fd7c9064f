import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
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
import { readRows } from '../table/read-rows.ts';
import { untilProcessed } from '../table/until-processed.ts';
import { type IndexRow, type NamedEndpoint, readClusterRow, readNodeRow, type Stored } from './row.ts';

/** The index's rows in the one table. Every function throws `AwsCallError` when the table cannot be used. */
export interface IndexTable extends TableAccess {
  readonly documents: DynamoDBDocumentClient;
}

export function openIndexTable(access: TableAccess & { readonly client: DynamoDBClient }): IndexTable {
  return { ...access, documents: DynamoDBDocumentClient.from(access.client) };
}

/** DynamoDB's own bound of one request. */
const MOST_WRITTEN = 25;

/** At most `MOST_READ` different ids; expired rows may be among the answers. */
export async function readNodes(
  table: IndexTable,
  instanceIds: readonly InstanceId[],
): Promise<ReadonlyMap<InstanceId, Stored<LocatedInstance>>> {
  const { items } = await readRows(table, instanceIds.map(nodeKey), { isConsistent: false });
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

function unprocessed(table: string): AwsCallError {
  return new AwsCallError(
    'BatchWriteItem',
    'UnprocessedItems',
    `dynamodb:BatchWriteItem on table "${table}" left items unwritten after several rounds. Use on-demand capacity for the table, or raise its maximum throughput.`,
  );
}
