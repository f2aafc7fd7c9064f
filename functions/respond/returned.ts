import type { IncidentRecord } from '../incidents/incident.ts';
import type { Interruption } from '../signals/interruption.ts';
import type { RespondDeps } from './deps.ts';

/**
 * Leaves out instances that only run: every launch in the account says so. An instance is back when an incident of it
 * has ended before and may have left our cordon on its node.
 */
export async function onlyOurs(
  interruptions: readonly Interruption[],
  { incidents }: Pick<RespondDeps, 'incidents'>,
): Promise<readonly Interruption[]> {
  const kept = await Promise.all(
    interruptions.map(async (each) => {
      if (!isReturn(each)) return true;
      return leftCordon(await incidents.get(each.instanceId), each);
    }),
  );
  return interruptions.filter((_, at) => kept[at]);
}

function isReturn({ cancelled, kind }: Interruption): boolean {
  return cancelled === true && kind === 'instance-state-change';
}

/** How an incident ends that has not touched the node. */
const WITHOUT_CORDON = [
  'told',
  'already-handled',
  'too-late',
  'not-ours',
  'node-gone',
  'ambiguous',
  'uncordoned',
];

/** Whether an incident that ended so may have left our cordon on its node. */
export function mayLeaveCordon(outcome: string): boolean {
  return !WITHOUT_CORDON.includes(outcome);
}

function leftCordon(record: IncidentRecord | undefined, { noticedAt }: Interruption): boolean {
  if (record?.state !== 'closed' || record.noticedAt >= noticedAt) return false;
  return mayLeaveCordon(record.outcome ?? '');
}
