import { randomUUID } from 'node:crypto';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type DataLoader from 'dataloader';
import { AwsCallError } from '../errors.ts';
import type { Interruption } from '../signals/interruption.ts';
import { callConditionally, callTable, type TableAccess } from '../table/call.ts';
import { expiryAfter, incidentKey, PARTITION_KEY, SCHEMA_VERSION } from '../table/keys.ts';
import { type ClaimDecision, comesAgain, decideClaim, type IncidentFacts } from './claim.ts';
import { mayBeCordoned } from './cordon-left.ts';
import type { Claim, OustedIncident } from './incident.ts';
import { earlierRuns, type IncidentRow, readRow } from './row.ts';

/** The table and who writes to it. */
export interface Desk extends TableAccess {
  readonly documents: DynamoDBDocumentClient;
  readonly owner: string;
  readonly leaseMs: number;
  /** Consistent reads; those of one turn share a request. */
  readonly rows: Pick<DataLoader<string, IncidentRow | undefined>, 'load'>;
}

/** Each lost race means that another claim went through, so more than a few in a row are a fault. */
const MOST_RACES = 12;

/**
 * Most instances are seen for the first time: the write goes out before any read, which saves a round trip. A second look
 * mostly finds the first run's row: it reads, a hundred rows a request, and writes only where there is something to claim.
 */
export async function claimIncident(
  desk: Desk,
  interruption: Interruption,
  isSecondLook: boolean,
): Promise<Claim> {
  const { instanceId } = interruption;
  const token = randomUUID();
  let row = isSecondLook ? await desk.rows.load(instanceId) : undefined;
  for (let race = 0; race < MOST_RACES; race++) {
    const decision = decideClaim(row, interruption, desk.clock.now());
    if (await carryOut(desk, decision, row, instanceId, token))
      return answer(desk, decision, row, instanceId);
    const found = await readIncident(desk, instanceId);
    // Our own write went through, only its answer was lost and a retry met its trace.
    if (found?.claimToken === token) return answer(desk, decision, row, instanceId);
    row = found;
  }
  throw new AwsCallError(
    'PutItem',
    'ConditionalCheckFailedException',
    `dynamodb:PutItem on table "${desk.table}" lost ${MOST_RACES} races for instance ${instanceId}. Look for a run that claims it in a loop.`,
  );
}

function answer(
  { owner }: Desk,
  decision: ClaimDecision,
  row: IncidentRow | undefined,
  instanceId: string,
): Claim {
  const untold = row?.toTell === undefined ? {} : { untold: row.toTell };
  switch (decision.type) {
    case 'claim': {
      const { facts, fence, takeover, supersedes } = decision;
      const lease = { instanceId, incidentId: facts.incidentId, owner, fence };
      const earlier = row && row.incidentId === facts.incidentId ? earlierRuns(row) : undefined;
      const ousted = oustedBy(facts, row);
      return {
        type: 'claimed',
        lease,
        takeover,
        ...(supersedes && { supersedes }),
        ...(earlier && { earlier }),
        ...(ousted && { ousted }),
        ...untold,
      };
    }
    case 'join':
      return { type: 'joined', incidentId: decision.incidentId, owner: decision.owner };
    case 'already-handled':
      return { ...decision, ...untold };
  }
}

/** Whose place an incident takes. Who goes on with one that has taken a place still owes people that word. */
function oustedBy(facts: IncidentFacts, row: IncidentRow | undefined): OustedIncident | undefined {
  if (row?.incidentId === facts.incidentId) return row.ousted;
  if (row?.state !== 'open' || comesAgain(row, facts)) return undefined;
  const { deadline, kind, noticedAt, severity } = row;
  return { incidentId: row.incidentId, kind, severity, noticedAt, deadline };
}

function storeOusted({ deadline, noticedAt, ...ousted }: OustedIncident) {
  return { ...ousted, noticedAt: noticedAt.toISOString(), deadline: deadline?.toISOString() };
}

/** False when the row is no longer what the decision was made on. */
async function carryOut(
  desk: Desk,
  decision: ClaimDecision,
  row: IncidentRow | undefined,
  instanceId: string,
  token: string,
): Promise<boolean> {
  switch (decision.type) {
    case 'claim':
      return writeClaim(desk, decision, row, instanceId, token);
    case 'join':
      return !row || !decision.deadline || recordDeadline(desk, row, decision.deadline);
    case 'already-handled':
      return true;
  }
}

async function writeClaim(
  desk: Desk,
  { facts, fence }: Extract<ClaimDecision, { type: 'claim' }>,
  row: IncidentRow | undefined,
  instanceId: string,
  token: string,
): Promise<boolean> {
  const now = desk.clock.now();
  const { deadline, noticedAt } = facts;
  const ousted = oustedBy(facts, row);
  const command = new PutCommand({
    TableName: desk.table,
    Item: {
      ...incidentKey(instanceId),
      ...facts,
      noticedAt: noticedAt.toISOString(),
      deadline: deadline?.toISOString(),
      schemaVersion: SCHEMA_VERSION,
      instanceId,
      state: 'open',
      fence,
      owner: desk.owner,
      claimToken: token,
      leaseUntil: now.getTime() + desk.leaseMs,
      ...(row?.incidentId === facts.incidentId ? memoryOf(row) : { begunAt: now.toISOString() }),
      expiresAt: expiryAfter(deadline && deadline > now ? deadline : now),
      // Of another incident, perhaps: this run tells it too.
      toTell: row?.toTell,
      ousted: ousted && storeOusted(ousted),
      cordoned: row && (row.incidentId === facts.incidentId ? row.cordoned : mayBeCordoned(row)),
    },
    ...(row ? unchanged(row) : { ConditionExpression: `attribute_not_exists(${PARTITION_KEY})` }),
  });
  const written = await callConditionally('PutItem', desk, (options) =>
    desk.documents.send(command, options),
  );
  return written !== 'condition-failed';
}

/** A claim writes the whole row; what earlier runs of the same incident left in it stays. */
function memoryOf({ account, begunAt, openPods, phase, run }: IncidentRow) {
  return { account, begunAt: begunAt?.toISOString(), openPods, phase, run };
}

/** The holder's heartbeat moves `leaseUntil`, so a lease that came back to life fails this too. */
export function unchanged({ fence, leaseUntil, state }: IncidentRow) {
  return {
    ConditionExpression: '#fence = :fence AND #leaseUntil = :leaseUntil AND #state = :state',
    ExpressionAttributeNames: { '#fence': 'fence', '#leaseUntil': 'leaseUntil', '#state': 'state' },
    ExpressionAttributeValues: { ':fence': fence, ':leaseUntil': leaseUntil, ':state': state },
  };
}

/** Earliest wins: the holder's row must not promise more time than the last notice gives. */
async function recordDeadline(desk: Desk, row: IncidentRow, deadline: Date): Promise<boolean> {
  const command = new UpdateCommand({
    TableName: desk.table,
    Key: incidentKey(row.instanceId),
    UpdateExpression: 'SET #deadline = :deadline',
    ConditionExpression: '#fence = :fence AND (attribute_not_exists(#deadline) OR #deadline > :deadline)',
    ExpressionAttributeNames: { '#fence': 'fence', '#deadline': 'deadline' },
    ExpressionAttributeValues: { ':fence': row.fence, ':deadline': deadline.toISOString() },
  });
  const written = await callConditionally('UpdateItem', desk, (options) =>
    desk.documents.send(command, options),
  );
  return written !== 'condition-failed';
}

export async function readIncident(desk: Desk, instanceId: string): Promise<IncidentRow | undefined> {
  const command = new GetCommand({
    TableName: desk.table,
    Key: incidentKey(instanceId),
    ConsistentRead: true,
  });
  const found = await callTable('GetItem', desk, (options) => desk.documents.send(command, options));
  return found.Item && readRow('GetItem', desk.table, found.Item);
}
