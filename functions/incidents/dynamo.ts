import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../clock.ts';
import { callConditionally } from '../table/call.ts';
import { incidentKey } from '../table/keys.ts';
import { RELEASED } from './claim.ts';
import { claimIncident, type Desk, readIncident } from './contend.ts';
import { readHistory, writeHistory } from './history.ts';
import type { Handover, IncidentClosing, Incidents, Lease } from './incident.ts';
import { resumeIncident } from './resume.ts';
import { readRow, toRecord } from './row.ts';
import { openRowReader } from './row-reader.ts';

export interface DynamoIncidentsDeps {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly clock: Clock;
  /** Names this process in the rows it holds. */
  readonly owner: string;
  /** A run silent for this long may be taken over. Default 15. */
  readonly leaseSeconds?: number;
  /** Jitter of retries. Default `Math.random`. */
  readonly random?: () => number;
}

/**
 * Incidents in DynamoDB. Every write carries a condition on what was read.
 *
 * Every method throws `AwsCallError` when the table is missing, forbidden, or throttles for more than 3 s.
 */
export function dynamoIncidents(deps: DynamoIncidentsDeps): Incidents {
  const { client, table, clock, owner, leaseSeconds = 15, random = Math.random } = deps;
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const access = { documents, table, clock, random };
  const rows = openRowReader(access);
  const desk: Desk = { ...access, rows, owner, leaseMs: leaseSeconds * 1000 };
  return {
    claim: (interruption, how) => claimIncident(desk, interruption, how?.isSecondLook === true),
    resume: (interruption, resumed) => resumeIncident(desk, interruption, resumed),
    handOver: (lease, handover) => handOver(desk, lease, handover),
    heartbeat: (lease) => heartbeat(desk, lease),
    close: (lease, closing) => close(desk, lease, closing),
    told: (instanceId, toTell) => told(desk, instanceId, toTell),
    adopt: (lease) => adopt(desk, lease),
    release: async (lease) => {
      await updateHeld(desk, lease, { leaseUntil: RELEASED });
    },
    get: async (instanceId) => {
      const row = await readIncident(desk, instanceId);
      return row && toRecord(row);
    },
    history: (day) => readHistory(desk, day),
  };
}

/** An expired lease that nobody took over is simply held again. */
async function heartbeat(desk: Desk, lease: Lease): Promise<'held' | 'lost'> {
  const row = await updateHeld(desk, lease, { leaseUntil: desk.clock.now().getTime() + desk.leaseMs });
  return row ? 'held' : 'lost';
}

/** The fence moves on, so that the former holder loses every later write. */
async function adopt(desk: Desk, lease: Lease): Promise<Lease | undefined> {
  const { owner } = desk;
  const fence = lease.fence + 1;
  const leaseUntil = desk.clock.now().getTime() + desk.leaseMs;
  const adopted = { ...lease, owner, fence };
  if (await updateHeld(desk, lease, { owner, fence, leaseUntil })) return adopted;
  // Our own write went through, only its answer was lost and a retry met its trace.
  const now = await readIncident(desk, lease.instanceId);
  return now?.owner === owner && now.fence === fence ? adopted : undefined;
}

async function handOver(
  desk: Desk,
  lease: Lease,
  { account, begunAt, open, run }: Handover,
): Promise<'handed-over' | 'lost'> {
  const begun = begunAt?.toISOString();
  const memory = {
    phase: 'draining',
    run,
    openPods: open,
    account,
    begunAt: begun,
    leaseUntil: RELEASED,
  };
  if (await updateHeld(desk, lease, memory)) return 'handed-over';
  // As when adopting: nobody but us, under this fence, gives the lease up with this run's number.
  const now = await readIncident(desk, lease.instanceId);
  const isOurs = now?.owner === lease.owner && now.fence === lease.fence;
  return isOurs && now.run === run && now.leaseUntil === RELEASED ? 'handed-over' : 'lost';
}

/**
 * The row first, then the history: only the holder may write history. A crash between the two costs the
 * history row, and closing again writes it.
 */
async function close(desk: Desk, lease: Lease, closing: IncidentClosing): Promise<'closed' | 'lost'> {
  const closedAt = desk.clock.now();
  const { outcome, clusterName, nodeName, toTell } = closing;
  const ending = {
    state: 'closed',
    closedAt: closedAt.toISOString(),
    outcome,
    clusterName,
    nodeName,
    toTell,
  };
  const item = await updateHeld(desk, lease, ending);
  if (!item) return 'lost';
  await writeHistory(desk, readRow('UpdateItem', desk.table, item), closedAt, closing.summary);
  return 'closed';
}

/** Not when something else is to be told by now. */
async function told(desk: Desk, instanceId: string, toTell: string): Promise<void> {
  const command = new UpdateCommand({
    TableName: desk.table,
    Key: incidentKey(instanceId),
    UpdateExpression: 'REMOVE #toTell',
    ConditionExpression: '#toTell = :told',
    ExpressionAttributeNames: { '#toTell': 'toTell' },
    ExpressionAttributeValues: { ':told': toTell },
  });
  await callConditionally('UpdateItem', desk, (options) => desk.documents.send(command, options));
}

/** Sets `values` if the fence is still ours and the lease was not given up; the new row, or nothing. */
async function updateHeld(
  desk: Desk,
  { instanceId, fence, owner }: Lease,
  values: Readonly<Record<string, string | number | readonly string[] | undefined>>,
): Promise<Record<string, unknown> | undefined> {
  const set = Object.entries(values).filter(([, value]) => value !== undefined);
  const command = new UpdateCommand({
    TableName: desk.table,
    Key: incidentKey(instanceId),
    UpdateExpression: `SET ${set.map(([name]) => `#${name} = :${name}`).join(', ')}`,
    ConditionExpression: '#fence = :heldFence AND #owner = :heldOwner AND #leaseUntil > :released',
    ExpressionAttributeNames: {
      '#fence': 'fence',
      '#owner': 'owner',
      '#leaseUntil': 'leaseUntil',
      ...Object.fromEntries(set.map(([name]) => [`#${name}`, name])),
    },
    ExpressionAttributeValues: {
      ':heldFence': fence,
      ':heldOwner': owner,
      ':released': RELEASED,
      ...Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
    },
    ReturnValues: 'ALL_NEW',
  });
  const written = await callConditionally('UpdateItem', desk, (options) =>
    desk.documents.send(command, options),
  );
  return written === 'condition-failed' ? undefined : written.Attributes;
}
