import type { Sighting } from '../../functions/incidents/overview.ts';

/** When the digest of the sample week is told. */
export const digestAt = new Date('2026-11-23T09:00:00Z');

/** A week as the table remembers it. */
export const sampleWeek: readonly Sighting[] = [
  ...Array.from({ length: 38 }, (_, at) => closed(at, 'emptied', { spare: 20 + ((at * 7) % 60) })),
  closed(38, 'still-terminating', { reason: '1 of 7 pods were still stopping' }),
  closed(39, 'blocked', { reason: 'budget llm allows no disruption' }),
  closed(40, 'told', {
    kind: 'rebalance-recommendation',
    severity: 'soft',
    deadline: undefined,
    reason: 'a rebalance recommendation is only told',
  }),
  { ...closed(41, 'failed', {}), standing: { type: 'abandoned', since: new Date('2026-11-22T07:02:10Z') } },
];

function closed(
  number: number,
  outcome: string,
  { spare = 5, reason, ...part }: Partial<Sighting> & { spare?: number; reason?: string },
): Sighting {
  const noticedAt = new Date(Date.parse('2026-11-17T06:12:05Z') + number * 3_300_000);
  const deadline = new Date(noticedAt.getTime() + 120_000);
  const closedAt = new Date(deadline.getTime() - spare * 1_000);
  return {
    incidentId: `i-${number}`,
    instanceId: `i-0${(number + 1).toString(16).padStart(16, 'b')}`,
    kind: 'spot-interruption',
    severity: 'hard',
    noticedAt,
    deadline,
    cluster: number % 5 === 4 ? 'ml-batch' : 'ml-prod',
    node: `ip-10-0-2-${20 + number}.us-east-2.compute.internal`,
    standing: { type: 'closed', closedAt, outcome, reason },
    ...part,
  };
}
