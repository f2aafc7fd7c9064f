import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import DataLoader from 'dataloader';
import type { TableAccess } from '../table/call.ts';
import { incidentKey } from '../table/keys.ts';
import { MOST_READ, readEveryRow } from '../table/read-rows.ts';
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
  const items = await readEveryRow(access, keys);
  const rows = new Map(items.map((item) => [item.instanceId, item]));
  return instanceIds.map((id) => {
    const item = rows.get(id);
    return item && readRow('BatchGetItem', access.table, item);
  });
}
