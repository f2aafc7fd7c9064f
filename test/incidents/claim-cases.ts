import { expect } from 'vitest';
import { type ClaimedRow, RELEASED } from '../../functions/incidents/claim.ts';
import type { Interruption } from '../../functions/signals/interruption.ts';
import { anInterruption } from '../support/interruptions.ts';

/** Notices and rows that the claim tables combine; the rows have fence 3 and a lease until 10:00:30. */

export const at = (time: string) => new Date(`2026-11-20T${time}Z`);
export const NOTICED = at('10:00:05');
export const DEADLINE = at('10:02:05');

export const spot = anInterruption({ noticedAt: NOTICED, deadline: DEADLINE });
const { deadline: _none, ...withoutDeadline } = spot;
export const stateChange: Interruption = {
  ...withoutDeadline,
  kind: 'instance-state-change',
  noticedAt: at('10:02:10'),
};
export const rebalance: Interruption = {
  ...withoutDeadline,
  kind: 'rebalance-recommendation',
  severity: 'soft',
};
export const scheduled: Interruption = {
  ...spot,
  kind: 'scheduled-change',
  severity: 'soft',
  deadline: new Date('2026-12-04T10:00:00Z'),
};
export const cancelled: Interruption = { ...scheduled, noticedAt: at('11:00:00'), cancelled: true };
export const hook: Interruption = {
  ...spot,
  kind: 'terminate-hook',
  noticedAt: at('10:00:20'),
  deadline: at('10:01:20'),
};

export function rowOf(interruption: Interruption, part: Partial<ClaimedRow> = {}): ClaimedRow {
  const { kind, severity, noticedAt, deadline, cancelled: cancellation } = interruption;
  const facts = { kind, severity, noticedAt, deadline, cancelled: cancellation };
  const lease = { fence: 3, owner: 'first-run', leaseUntil: at('10:00:30').getTime() };
  return { incidentId: 'first', ...facts, state: 'open', ...lease, ...part };
}

export function closed(
  interruption: Interruption,
  outcome = 'emptied',
  closedAt = at('10:01:00'),
): ClaimedRow {
  return rowOf(interruption, { state: 'closed', closedAt, outcome });
}

export const WHILE_LIVE = at('10:00:25');
export const LEASE_OVER = at('10:00:31');
export const released = { leaseUntil: RELEASED };

export const begun = (part: object = {}) => ({ type: 'claim', fence: 4, takeover: false, ...part });
export const joined = (part: object = {}) => ({
  type: 'join',
  incidentId: 'first',
  owner: 'first-run',
  ...part,
});
export const handled = (outcome = 'emptied') => ({ type: 'already-handled', incidentId: 'first', outcome });
export const id = (tail: string) => expect.objectContaining({ incidentId: `${spot.instanceId}/${tail}` });
export const first = expect.objectContaining({ incidentId: 'first' });
export const seconds = (time: Date) => Math.floor(time.getTime() / 1000);

export type Case = [
  name: string,
  row: ClaimedRow | undefined,
  notice: Interruption,
  now: Date,
  expected: object,
];
