import { AwsCallError, ClusterError, messageOf } from '../errors.ts';
import type { Lease } from '../incidents/incident.ts';
import type { Chapter } from './chapter.ts';
import type { InterruptionReport, Outcome } from './report.ts';

type Part = Omit<InterruptionReport, 'interruption' | 'moments' | 'finishedAt' | 'requests'> &
  Partial<Pick<InterruptionReport, 'requests'>>;

/** Ends this run's part of the story with its outcome. */
export function finish({ deps, interruption, moments, note }: Chapter, part: Part): InterruptionReport {
  const { outcome } = part;
  const finishedAt = deps.clock.now();
  const text = 'reason' in outcome ? `${outcome.type}: ${outcome.reason}` : outcome.type;
  note({ type: outcome.type === 'continued' ? 'handed-over' : 'closed', at: finishedAt, text });
  const fields = {
    outcome: outcome.type,
    ...('reason' in outcome && { reason: outcome.reason }),
    ...(part.nodeName && { node: part.nodeName }),
  };
  if (outcome.type === 'failed') deps.log.error('Interruption failed', fields);
  else if (outcome.type === 'continued') deps.log.info('Drain handed over', fields);
  else deps.log.info('Interruption handled', fields);
  return { requests: {}, ...part, interruption, moments, finishedAt };
}

/** The next delivery need not wait for the lease to die; where the table does not take it, it must. */
export async function giveUp({ deps, note }: Chapter, lease: Lease): Promise<void> {
  try {
    await deps.incidents.release(lease);
  } catch (error) {
    note({ type: 'unrecorded', at: deps.clock.now(), text: messageOf(error) });
  }
}

export function failure(error: unknown): Outcome {
  if (error instanceof ClusterError) return { type: 'failed', reason: error.message, fault: error.fault };
  if (error instanceof AwsCallError) return { type: 'failed', reason: error.message };
  return { type: 'failed', reason: `unexpected: ${messageOf(error)}` };
}
