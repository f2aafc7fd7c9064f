import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { INTERRUPTION_KINDS, type InterruptionKind, type Severity } from '../signals/interruption.ts';
import { callTable, type TableAccess } from '../table/call.ts';
import { incidentKey, SORT_KEY } from '../table/keys.ts';
import { storedTime } from '../table/stored-time.ts';
import { RELEASED } from './claim.ts';
import { readHistory } from './history.ts';
import { type IncidentRow, readRow } from './row.ts';

/** One incident as people look at it afterwards, or from the side. */
export interface Sighting {
  readonly incidentId: string;
  readonly instanceId: string;
  readonly kind: InterruptionKind;
  readonly severity: Severity;
  readonly noticedAt: Date;
  readonly deadline?: Date | undefined;
  readonly cluster?: string | undefined;
  readonly node?: string | undefined;
  /** Known when the incident is closed, as what became of its training pods is. */
  readonly pool?: string | undefined;
  readonly training?: readonly TrainingFate[] | undefined;
  readonly standing: Standing;
}

interface TrainingFate {
  readonly gang: string;
  readonly result: string;
  readonly gpus?: number | undefined;
  readonly since?: Date | undefined;
}

type Standing =
  /** A run is at work on it, or word of the next one is on its way. */
  | { readonly type: 'under-way' }
  /** Its run died, and none has taken over. */
  | { readonly type: 'abandoned'; readonly since: Date }
  /** `outcome` may be one that this version does not know. */
  | {
      readonly type: 'closed';
      readonly closedAt: Date;
      readonly outcome: string;
      readonly reason?: string | undefined;
    };

/** What is open now, and what has been closed, from the table alone. Every method throws `AwsCallError` as `callTable` does. */
export interface Overview {
  /** Looks through the whole table: for people, not for functions. Clusters are known when an incident is closed. */
  open(): Promise<readonly Sighting[]>;
  /** Closed between the two, newest first; of an incident that was closed more than once, the last time. */
  closed(from: Date, to: Date): Promise<readonly Sighting[]>;
}

export function dynamoOverview({ client, ...access }: TableAccess & { client: DynamoDBClient }): Overview {
  const desk = { ...access, documents: DynamoDBDocumentClient.from(client) };
  return { open: () => readOpen(desk), closed: (from, to) => readClosed(desk, from, to) };
}

interface Desk extends TableAccess {
  readonly documents: DynamoDBDocumentClient;
}

async function readOpen(desk: Desk): Promise<readonly Sighting[]> {
  const rows: IncidentRow[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const command = new ScanCommand({
      TableName: desk.table,
      FilterExpression: '#sort = :incident AND #state = :open',
      ExpressionAttributeNames: { '#sort': SORT_KEY, '#state': 'state' },
      ExpressionAttributeValues: { ':incident': incidentKey('')[SORT_KEY], ':open': 'open' },
      ...(from && { ExclusiveStartKey: from }),
    });
    const page = await callTable('Scan', desk, (options) => desk.documents.send(command, options));
    rows.push(...(page.Items ?? []).map((item) => readRow('Scan', desk.table, item)));
    from = page.LastEvaluatedKey;
  } while (from);
  return rows
    .filter(isOurs)
    .map((row) => toSighting(row, desk.clock.now()))
    .toSorted(newestFirst);
}

/** The lease of an instance that is no node of ours is given up at once, and its row left. */
function isOurs({ leaseUntil, phase }: IncidentRow): boolean {
  return leaseUntil !== RELEASED || phase === 'draining';
}

function toSighting(row: IncidentRow, now: Date): Sighting {
  const { clusterName: cluster, deadline, incidentId, instanceId, kind, leaseUntil, nodeName: node } = row;
  const { noticedAt, severity } = row;
  const isDead = leaseUntil !== RELEASED && leaseUntil <= now.getTime();
  const standing: Standing = isDead
    ? { type: 'abandoned', since: new Date(leaseUntil) }
    : { type: 'under-way' };
  return { incidentId, instanceId, kind, severity, noticedAt, deadline, cluster, node, standing };
}

async function readClosed(desk: Desk, from: Date, to: Date): Promise<readonly Sighting[]> {
  const days = await Promise.all(daysBetween(from, to).map((day) => readHistory(desk, day)));
  const closings = days
    .flat()
    .flatMap((row) => readClosing(row) ?? [])
    .filter(({ closedAt }) => closedAt >= from && closedAt < to)
    .toSorted((one, other) => other.closedAt.getTime() - one.closedAt.getTime());
  const last = new Map<string, Sighting>();
  for (const { closedAt, clusterName, nodeName, outcome, summary, ...facts } of closings) {
    if (last.has(facts.incidentId)) continue;
    const reason = summary?.outcome?.reason;
    const standing: Standing = { type: 'closed', closedAt, outcome, reason };
    const training = summary?.training?.map(({ checkpoint }) => checkpoint);
    const place = { cluster: clusterName, node: nodeName, pool: summary?.pool };
    last.set(facts.incidentId, { ...facts, ...place, training, standing });
  }
  return [...last.values()];
}

const trainingFate = z.object({
  gang: z.string(),
  result: z.string(),
  gpus: z.optional(z.number()),
  since: z.optional(storedTime),
});

const historyRow = z.object({
  incidentId: z.string(),
  instanceId: z.string(),
  kind: z.enum(INTERRUPTION_KINDS),
  severity: z.enum(['hard', 'soft']),
  noticedAt: storedTime,
  deadline: z.optional(storedTime),
  closedAt: storedTime,
  outcome: z.string(),
  clusterName: z.optional(z.string()),
  nodeName: z.optional(z.string()),
  summary: z.optional(
    z.object({
      outcome: z.optional(z.object({ reason: z.optional(z.string()) })),
      pool: z.optional(z.string()),
      training: z.catch(z.optional(z.array(z.object({ checkpoint: trainingFate }))), undefined),
    }),
  ),
});

/** `undefined` for a row that another version wrote in another form. */
function readClosing(row: unknown): z.output<typeof historyRow> | undefined {
  const parsed = historyRow.safeParse(row);
  return parsed.success ? parsed.data : undefined;
}

/** The UTC days that the time between the two touches. */
function daysBetween(from: Date, to: Date): readonly Date[] {
  const days: Date[] = [];
  for (let day = Math.floor(from.getTime() / DAY_MS) * DAY_MS; day <= to.getTime(); day += DAY_MS)
    days.push(new Date(day));
  return days;
}

const DAY_MS = 24 * 3600 * 1000;

function newestFirst(one: Sighting, other: Sighting): number {
  return other.noticedAt.getTime() - one.noticedAt.getTime();
}
