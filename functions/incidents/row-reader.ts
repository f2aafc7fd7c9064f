import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import DataLoader from 'dataloader';
import { AwsCallError } from '../errors.ts';
import type { TableAccess } from '../table/call.ts';
import { incidentKey } from '../table/keys.ts';
import { MOST_READ, readRows } from '../table/read-rows.ts';
import { type IncidentRow, readRow } from './row.ts';

/** The rows of instances, read consistently: what is asked for in one turn, as by a batch of second looks, is one request. */
export function openRowReader(
  access: TableAccess & { readonly documents: DynamoDBDocumentClient },
): DataLoader<string, IncidentRow | undefined> {
  return new DataLoader((instanceIds) => readAll(access, instanceIds), {
    cache: false,
    maxBatchSize: MOST_READ,
  });
}

async function readAll(
  access: TableAccess & { readonly documents: DynamoDBDocumentClient },
  instanceIds: readonly string[],
): Promise<(IncidentRow | undefined)[]> {
  const keys = [...new Set(instanceIds)].map(incidentKey);
  const { isWhole, items } = await readRows(access, keys, { isConsistent: true });
  // What was not read must not pass for what is not there.
  if (!isWhole) throw unread(access.table);
  const rows = new Map(items.map((item) => [item.instanceId, item]));
  return instanceIds.map((id) => {
    const item = rows.get(id);
    return item && readRow('BatchGetItem', access.table, item);
  });
}

function unread(table: string): AwsCallError {
  return new AwsCallError(
    'BatchGetItem',
    'UnprocessedKeys',
    `dynamodb:BatchGetItem on table "${table}" left rows unread after several rounds. Use on-demand capacity for the table, or raise its maximum throughput.`,
  );
}
