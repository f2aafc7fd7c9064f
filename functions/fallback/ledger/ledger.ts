import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { AwsCallError } from '../../errors.ts';
import { callConditionally } from '../../table/call.ts';
import { expiryAfter, PARTITION_KEY, poolKey, poolPartition, SCHEMA_VERSION } from '../../table/keys.ts';
import { readEveryRow } from '../../table/read-rows.ts';
import { type Desk, type PoolLease, type PoolLedgerDeps, scoped } from './desk.ts';
import { readLines, writeLine } from './lines.ts';
import { newRecord, type PoolRecord, readRecord } from './record.ts';

/** What a run intends, written down before it acts, so that whoever comes after a crash knows. */
type Intent = Pick<PoolRecord, 'terminations' | 'launches'>;

export type Settlement = Omit<PoolRecord, 'key' | 'fence' | 'leaseUntil' | 'settledAt'>;

/** The state of pools in the one table. Every method throws `AwsCallError`. */
export interface PoolLedger {
  /** A pool that was never seen has an empty record. */
  read(keys: readonly string[]): Promise<ReadonlyMap<string, PoolRecord>>;
  /**
   * The lease, if the record is still as it was read and nobody has acted since `lookedAt`, when the world was looked at: what was
   * decided on an older world must not be done.
   */
  take(record: PoolRecord, intent: Intent, lookedAt: Date): Promise<PoolLease | undefined>;
  /** Writes the end of a run and gives the lease back; `lost` when it was no longer ours. */
  settle(lease: PoolLease, settlement: Settlement): Promise<'settled' | 'lost'>;
  /** A line of the pool's history. Writing it twice makes one line. */
  record(lease: PoolLease, decidedAt: Date, line: Readonly<Record<string, unknown>>): Promise<void>;
  /** Newest first. */
  history(key: string, most: number): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

const LEASE_SECONDS = 75;
/** Of the clocks of two functions. */
const SKEW_MS = 2_000;
export function dynamoPoolLedger(deps: PoolLedgerDeps): PoolLedger {
  const documents = DynamoDBDocumentClient.from(deps.client, {
    marshallOptions: { removeUndefinedValues: true },
  });
  const desk: Desk = { ...deps, documents };
  return {
    read: (keys) => readRecords(desk, keys),
    take: (record, intent, lookedAt) => take(desk, record, intent, lookedAt),
    settle: (lease, settlement) => settle(desk, lease, settlement),
    record: (lease, decidedAt, line) => writeLine(desk, lease, decidedAt, line),
    history: (key, most) => readLines(desk, key, most),
  };
}

async function readRecords(desk: Desk, keys: readonly string[]): Promise<ReadonlyMap<string, PoolRecord>> {
  const items = await readEveryRow(
    desk,
    keys.map((key) => poolKey(scoped(desk, key))),
  );
  const byPartition = new Map(items.map((item) => [item[PARTITION_KEY], item]));
  return new Map(
    keys.map((key) => [key, toRecord(desk, key, byPartition.get(poolPartition(scoped(desk, key))))]),
  );
}

function toRecord(desk: Desk, key: string, item: unknown): PoolRecord {
  if (item === undefined) return newRecord(key);
  const record = readRecord(key, item);
  if (record) return record;
  const problem = `row ${poolPartition(scoped(desk, key))} of table "${desk.table}" cannot be read. Another version wrote it: finish the deployment, or delete the row.`;
  throw new AwsCallError('BatchGetItem', 'UnreadableRow', problem);
}

async function take(
  desk: Desk,
  record: PoolRecord,
  intent: Intent,
  lookedAt: Date,
): Promise<PoolLease | undefined> {
  const now = desk.clock.now();
  const isFresh = record.settledAt + SKEW_MS >= lookedAt.getTime();
  if (record.leaseUntil > now.getTime() || isFresh) return undefined;
  const until = new Date(now.getTime() + (desk.leaseSeconds ?? LEASE_SECONDS) * 1000);
  const { key, fence, leaseUntil } = record;
  const taken = { ...record, ...intent, fence: fence + 1, leaseUntil: until.getTime() };
  const command = new PutCommand({
    TableName: desk.table,
    Item: toItem(desk, taken, now),
    ...(fence === 0
      ? { ConditionExpression: `attribute_not_exists(${PARTITION_KEY})` }
      : {
          ConditionExpression: '#fence = :fence AND #leaseUntil = :leaseUntil',
          ExpressionAttributeNames: { '#fence': 'fence', '#leaseUntil': 'leaseUntil' },
          ExpressionAttributeValues: { ':fence': fence, ':leaseUntil': leaseUntil },
        }),
  });
  const answer = await callConditionally('PutItem', desk, (options) => desk.documents.send(command, options));
  return answer === 'condition-failed' ? undefined : { key, fence: taken.fence, until };
}

async function settle(
  desk: Desk,
  { fence, key }: PoolLease,
  settlement: Settlement,
): Promise<'settled' | 'lost'> {
  const now = desk.clock.now();
  const record = { ...settlement, key, fence, leaseUntil: 0, settledAt: now.getTime() };
  const command = new PutCommand({
    TableName: desk.table,
    Item: toItem(desk, record, now),
    ConditionExpression: '#fence = :fence AND #owner = :owner',
    ExpressionAttributeNames: { '#fence': 'fence', '#owner': 'owner' },
    ExpressionAttributeValues: { ':fence': fence, ':owner': desk.owner },
  });
  const answer = await callConditionally('PutItem', desk, (options) => desk.documents.send(command, options));
  return answer === 'condition-failed' ? 'lost' : 'settled';
}

function toItem(desk: Desk, { key, ...record }: PoolRecord, now: Date): Record<string, unknown> {
  return {
    ...poolKey(scoped(desk, key)),
    schemaVersion: SCHEMA_VERSION,
    owner: desk.owner,
    // Through JSON, so that dates become text.
    ...JSON.parse(JSON.stringify(record)),
    expiresAt: expiryAfter(now),
  };
}
