import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { callTable, type TableAccess } from '../table/call.ts';
import {
  expiryAfter,
  historyKey,
  historyPartition,
  PARTITION_KEY,
  SCHEMA_VERSION,
  SORT_KEY,
} from '../table/keys.ts';
import type { Desk } from './contend.ts';
import { type IncidentRow, toRecord } from './row.ts';

/** Keeps a closed incident for 90 days. Writing the same closing twice makes one row. */
export async function writeHistory(
  desk: Desk,
  row: IncidentRow,
  closedAt: Date,
  summary: Readonly<Record<string, unknown>>,
): Promise<void> {
  const command = new PutCommand({
    TableName: desk.table,
    Item: {
      ...historyKey(closedAt, row.incidentId, row.fence),
      schemaVersion: SCHEMA_VERSION,
      // Through JSON, so that dates become text instead of failing the write.
      ...inJson({ ...toRecord(row), owner: row.owner, closedAt, summary }),
      expiresAt: expiryAfter(closedAt),
    },
  });
  await callTable('PutItem', desk, (options) => desk.documents.send(command, options));
}

/** The incidents closed on the UTC day of `day`, newest first; times are ISO text. */
export async function readHistory(
  desk: Pick<Desk, 'documents' | keyof TableAccess>,
  day: Date,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const rows: Record<string, unknown>[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const command = new QueryCommand({
      TableName: desk.table,
      KeyConditionExpression: '#partition = :partition',
      ExpressionAttributeNames: { '#partition': PARTITION_KEY },
      ExpressionAttributeValues: { ':partition': historyPartition(day) },
      ScanIndexForward: false,
      ...(from && { ExclusiveStartKey: from }),
    });
    const page = await callTable('Query', desk, (options) => desk.documents.send(command, options));
    rows.push(...(page.Items ?? []).map(withoutKeys));
    from = page.LastEvaluatedKey;
  } while (from);
  return rows;
}

const KEPT_INSIDE = new Set([PARTITION_KEY, SORT_KEY, 'expiresAt', 'schemaVersion']);

function withoutKeys(item: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !KEPT_INSIDE.has(name)));
}

function inJson(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value));
}
