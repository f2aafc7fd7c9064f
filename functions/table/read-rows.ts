import {
  BatchGetCommand,
  type BatchGetCommandInput,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';
import { AwsCallError } from '../errors.ts';
import { callTable, type TableAccess } from './call.ts';
import type { Key } from './keys.ts';
import { untilProcessed } from './until-processed.ts';

/** DynamoDB's own bound of one request. */
export const MOST_READ = 100;

interface ReadRows {
  readonly items: readonly Readonly<Record<string, unknown>>[];
  /** False where a throttled table left some unread after several rounds. */
  readonly isWhole: boolean;
}

/** Rows by at most `MOST_READ` different keys, in no order; what is not there is not among them. Throws `AwsCallError`. */
export async function readRows(
  access: TableAccess & { readonly documents: DynamoDBDocumentClient },
  keys: readonly Key[],
  { isConsistent }: { readonly isConsistent: boolean },
): Promise<ReadRows> {
  const { documents, table } = access;
  const items: Record<string, unknown>[] = [];
  const whole = { [table]: { Keys: [...keys], ...(isConsistent && { ConsistentRead: true }) } };
  const isWhole = await untilProcessed<NonNullable<BatchGetCommandInput['RequestItems']>>(
    access,
    whole,
    async (RequestItems) => {
      const command = new BatchGetCommand({ RequestItems });
      const page = await callTable('BatchGetItem', access, (options) => documents.send(command, options));
      items.push(...(page.Responses?.[table] ?? []));
      return page.UnprocessedKeys;
    },
  );
  return { items, isWhole };
}

/** Any number of rows by different keys, consistently. Throws where some stay unread too: they must not pass for absent. */
export async function readEveryRow(
  access: TableAccess & { readonly documents: DynamoDBDocumentClient },
  keys: readonly Key[],
): Promise<ReadRows['items']> {
  const items: ReadRows['items'][number][] = [];
  for (let at = 0; at < keys.length; at += MOST_READ) {
    const read = await readRows(access, keys.slice(at, at + MOST_READ), { isConsistent: true });
    if (!read.isWhole) throw unread(access.table);
    items.push(...read.items);
  }
  return items;
}

function unread(table: string): AwsCallError {
  return new AwsCallError(
    'BatchGetItem',
    'UnprocessedKeys',
    `dynamodb:BatchGetItem on table "${table}" left rows unread after several rounds. Use on-demand capacity for the table, or raise its maximum throughput.`,
  );
}
