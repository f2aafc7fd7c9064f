import { randomUUID } from 'node:crypto';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Interruption } from '../signals/interruption.ts';
import { callConditionally } from '../table/call.ts';
import { incidentKey } from '../table/keys.ts';
import { type ClaimedRow, comesAgain, RELEASED } from './claim.ts';
import { claimIncident, type Desk, readIncident, unchanged } from './contend.ts';
import type { Claim, Lease, ResumedRun } from './incident.ts';
import { earlierRuns, type IncidentRow } from './row.ts';

type ResumeDecision =
  | { readonly type: 'claim'; readonly takeover: boolean }
  /** The run before is still at work: it hands over in a moment, or is about to die. */
  | { readonly type: 'wait' }
  /** Nothing is left to do for this run. */
  | { readonly type: 'moved-on'; readonly reason: string }
  /** A soft incident of another kind has stood in its place, and is over. */
  | { readonly type: 'begin-again' };

/**
 * Whether a run may go on with an incident, given the instance's row; pure. Each message names the run it wants
 * to start, so a duplicate, or one that comes too late, finds that run begun or a later one.
 */
export function decideResume(
  row: ClaimedRow | undefined,
  { kind, severity }: Pick<Interruption, 'kind' | 'severity'>,
  { incidentId, run }: ResumedRun,
  now: Date,
): ResumeDecision {
  if (!row) return { type: 'moved-on', reason: 'its row is gone' };
  if (row.incidentId !== incidentId) {
    if (!comesAgain({ kind, severity }, row))
      return { type: 'moved-on', reason: `${row.incidentId} has taken its place` };
    return row.state === 'open' && row.leaseUntil > now.getTime()
      ? { type: 'wait' }
      : { type: 'begin-again' };
  }
  const known = row.run ?? 0;
  // A failure is no end while word of the same run comes again: there may be time for another try.
  const isToBeTriedAgain = row.state === 'closed' && row.outcome === 'failed' && run >= known;
  if (isToBeTriedAgain) return { type: 'claim', takeover: false };
  if (row.state === 'closed') return { type: 'moved-on', reason: `it ended as ${row.outcome}` };
  if (run < known) return { type: 'moved-on', reason: `run ${known} of it has followed` };
  if (row.leaseUntil <= now.getTime()) return { type: 'claim', takeover: row.leaseUntil !== RELEASED };
  // A live run has left word for its own successor.
  return run === known ? { type: 'moved-on', reason: `run ${run} of it is under way` } : { type: 'wait' };
}

/** Of several that try at once one gets the lease; the others join, and may look again. */
export async function resumeIncident(
  desk: Desk,
  interruption: Interruption,
  resumed: ResumedRun,
): Promise<Claim> {
  const { instanceId } = interruption;
  const { incidentId, run } = resumed;
  const row = await readIncident(desk, instanceId);
  const decision = decideResume(row, interruption, resumed, desk.clock.now());
  if (decision.type === 'begin-again') return claimIncident(desk, interruption, false);
  if (decision.type === 'moved-on')
    return { ...decision, incidentId, ...(row?.toTell !== undefined && { untold: row.toTell }) };
  if (!row || decision.type === 'wait') return { type: 'joined', incidentId, owner: row?.owner ?? 'nobody' };
  const lease = { instanceId, incidentId, owner: desk.owner, fence: row.fence + 1 };
  const token = randomUUID();
  const written = await writeResumption(desk, row, lease, run, token);
  const now = written ? row : await readIncident(desk, instanceId);
  // Our own write went through, only its answer was lost and a retry met its trace.
  if (written || now?.claimToken === token)
    return { type: 'claimed', lease, takeover: decision.takeover, earlier: earlierRuns({ ...row, run }) };
  return { type: 'joined', incidentId, owner: now?.owner ?? 'nobody' };
}

/** False when the row is no longer what the decision was made on. */
async function writeResumption(
  desk: Desk,
  row: IncidentRow,
  { fence, instanceId, owner }: Lease,
  run: number,
  token: string,
): Promise<boolean> {
  const condition = unchanged(row);
  const command = new UpdateCommand({
    TableName: desk.table,
    Key: incidentKey(instanceId),
    UpdateExpression:
      'SET #fence = :next, #owner = :owner, #leaseUntil = :until, #run = :run, #claimToken = :token, #state = :open',
    ConditionExpression: condition.ConditionExpression,
    ExpressionAttributeNames: {
      ...condition.ExpressionAttributeNames,
      '#owner': 'owner',
      '#run': 'run',
      '#claimToken': 'claimToken',
    },
    ExpressionAttributeValues: {
      ...condition.ExpressionAttributeValues,
      ':next': fence,
      ':owner': owner,
      ':until': desk.clock.now().getTime() + desk.leaseMs,
      ':run': run,
      ':token': token,
      ':open': 'open',
    },
  });
  const written = await callConditionally('UpdateItem', desk, (options) =>
    desk.documents.send(command, options),
  );
  return written !== 'condition-failed';
}
