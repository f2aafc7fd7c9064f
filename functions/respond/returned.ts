import { mayLeaveCordon } from '../incidents/cordon-left.ts';
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

/** Also where a soft notice has come since and is only told of, or put off: what was done before stands. */
function leftCordon(record: IncidentRecord | undefined, { noticedAt }: Interruption): boolean {
  if (!record?.mayBeCordoned) return false;
  if (record.state === 'open') return record.severity === 'soft';
  return record.noticedAt < noticedAt || !mayLeaveCordon(record.outcome ?? '');
}
