import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { callTable } from '../../table/call.ts';
import {
  DECISION_PREFIX,
  expiryAfter,
  PARTITION_KEY,
  poolDecisionKey,
  poolPartition,
  SCHEMA_VERSION,
  SORT_KEY,
} from '../../table/keys.ts';
import { type Desk, type PoolLease, scoped } from './desk.ts';

export async function writeLine(
  desk: Desk,
  { fence, key }: PoolLease,
  decidedAt: Date,
  line: Readonly<Record<string, unknown>>,
): Promise<void> {
  const command = new PutCommand({
    TableName: desk.table,
    Item: {
      ...poolDecisionKey(scoped(desk, key), decidedAt, fence),
      schemaVersion: SCHEMA_VERSION,
      line: JSON.parse(JSON.stringify(line)),
      expiresAt: expiryAfter(decidedAt),
    },
  });
  await callTable('PutItem', desk, (options) => desk.documents.send(command, options));
}

export async function readLines(desk: Desk, key: string, most: number) {
  const command = new QueryCommand({
    TableName: desk.table,
    KeyConditionExpression: '#pk = :pk AND begins_with(#sk, :prefix)',
    ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#sk': SORT_KEY },
    ExpressionAttributeValues: { ':pk': poolPartition(scoped(desk, key)), ':prefix': DECISION_PREFIX },
    ScanIndexForward: false,
    Limit: most,
  });
  const { Items = [] } = await callTable('Query', desk, (options) => desk.documents.send(command, options));
  return Items.flatMap(({ line }): Record<string, unknown>[] =>
    typeof line === 'object' && line !== null ? [line] : [],
  );
}
