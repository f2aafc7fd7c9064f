import * as z from 'zod/mini';
import { AwsCallError } from '../errors.ts';
import { INTERRUPTION_KINDS } from '../signals/interruption.ts';
import { PARTITION_KEY } from '../table/keys.ts';
import { storedTime } from '../table/stored-time.ts';
import type { ClaimedRow } from './claim.ts';
import { mayBeCordoned } from './cordon-left.ts';
import type { EarlierRuns, IncidentRecord } from './incident.ts';

const storedRow = z.object({
  schemaVersion: z.literal(1),
  instanceId: z.string(),
  incidentId: z.string(),
  kind: z.enum(INTERRUPTION_KINDS),
  severity: z.enum(['hard', 'soft']),
  noticedAt: storedTime,
  deadline: z.optional(storedTime),
  cancelled: z.optional(z.literal(true)),
  state: z.enum(['open', 'closed']),
  fence: z.number(),
  owner: z.string(),
  /** Tells a writer whose answer was lost that the row it finds is its own. */
  claimToken: z.string(),
  leaseUntil: z.number(),
  /** When the incident's first run claimed it. */
  begunAt: z.optional(storedTime),
  /** `draining`: a run has handed the drain over to the next. */
  phase: z.optional(z.literal('draining')),
  run: z.optional(z.number()),
  openPods: z.optional(z.array(z.string())),
  account: z.optional(z.string()),
  closedAt: z.optional(storedTime),
  outcome: z.optional(z.string()),
  /** How it ended, for people, until they were told. */
  toTell: z.optional(z.string()),
  /** The incident whose place this one has taken. */
  ousted: z.optional(
    z.object({
      incidentId: z.string(),
      kind: z.enum(INTERRUPTION_KINDS),
      severity: z.enum(['hard', 'soft']),
      noticedAt: storedTime,
      deadline: z.optional(storedTime),
    }),
  ),
  /** Whether an incident before this one may have left our cordon on the node. */
  cordoned: z.optional(z.boolean()),
  clusterName: z.optional(z.string()),
  nodeName: z.optional(z.string()),
});

export type IncidentRow = z.output<typeof storedRow> & ClaimedRow;

/** @throws AwsCallError when the row was written by a version this one cannot read. */
export function readRow(
  operation: string,
  table: string,
  item: Readonly<Record<string, unknown>>,
): IncidentRow {
  const parsed = z.safeParse(storedRow, item);
  if (parsed.success) return parsed.data;
  const problem = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new AwsCallError(
    operation,
    'UnreadableRow',
    `dynamodb:${operation} on table "${table}" returned row ${String(item[PARTITION_KEY])} that cannot be read (${problem}). Another version wrote it: finish the deployment, or delete the row.`,
  );
}

/** The part of the row that outlives a run. */
export function earlierRuns({ account, begunAt, noticedAt, outcome, run, state }: IncidentRow): EarlierRuns {
  return {
    run: run ?? 0,
    begunAt: begunAt ?? noticedAt,
    ...(state === 'closed' && outcome === 'failed' && { failed: true }),
    ...(account !== undefined && { account }),
  };
}

export function toRecord(row: IncidentRow): IncidentRecord {
  const { incidentId, instanceId, kind, severity, noticedAt, deadline, state, fence } = row;
  const { outcome, clusterName, nodeName, run } = row;
  return {
    incidentId,
    instanceId,
    kind,
    severity,
    noticedAt,
    state,
    fence,
    mayBeCordoned: mayBeCordoned(row),
    ...(deadline && { deadline }),
    ...(run !== undefined && { run }),
    ...(outcome !== undefined && { outcome }),
    ...(clusterName !== undefined && { clusterName }),
    ...(nodeName !== undefined && { nodeName }),
  };
}
