import { beforeAll, expect, test } from 'vitest';
import type { Sighting } from '../../functions/incidents/overview.ts';
import type { LocatedInstance } from '../../functions/locate/located.ts';
import { pricesOf } from '../../functions/savings/price-hours.ts';
import { type Savings, sumSavings } from '../../functions/savings/savings.ts';
import { addMinute, type HourTally, hourOf, minuteOf } from '../../functions/savings/tally.ts';
import { describeSavings } from '../../functions/savings/words.ts';
import { asInstanceId, type InterruptionKind } from '../../functions/signals/interruption.ts';

/** The working is in `hand-computed-month.md`. */
const region = 'us-east-2';
const from = new Date('2026-11-01T00:00:00Z');
const to = new Date('2026-12-01T00:00:00Z');
const november = (day: number, time: string) => new Date(`2026-11-${String(day).padStart(2, '0')}T${time}Z`);
const isBetween = (at: Date, begin: Date, end: Date) => at >= begin && at < end;

const instanceId = asInstanceId('i-0123456789abcdef0');
if (!instanceId) throw new Error('no id');

function some(count: number, change: Partial<LocatedInstance>): LocatedInstance[] {
  const owner = { type: 'unknown' } as const;
  return Array.from({ length: count }, () => ({
    instanceId: instanceId ?? asInstanceId(''),
    clusterName: 'prod',
    owner,
    region,
    gpus: 1,
    ...change,
  })) as LocatedInstance[];
}

const spotG5 = some(4, { pool: 'a10g', capacity: 'spot', instanceType: 'g5.xlarge', zone: 'us-east-2a' });
const steadyG5 = some(2, {
  pool: 'a10g',
  capacity: 'on-demand',
  instanceType: 'g5.xlarge',
  zone: 'us-east-2a',
});
const llm = some(2, {
  pool: 'llm',
  capacity: 'spot',
  instanceType: 'p4d.24xlarge',
  zone: 'us-east-2b',
  gpus: 8,
});
const odd = some(1, { pool: 'odd', capacity: 'on-demand', instanceType: 'x9.odd', zone: 'us-east-2a' });
const fresh = some(3, { pool: 'new', capacity: 'spot', instanceType: 'g6.xlarge', zone: 'us-east-2a' });

function nodesAt(at: Date): readonly LocatedInstance[] {
  return [
    ...spotG5,
    ...steadyG5,
    ...(isBetween(at, november(15, '09:10:00'), november(15, '09:50:00')) ? llm : []),
    ...(isBetween(at, november(20, '00:00:00'), november(21, '00:00:00')) ? odd : []),
    ...(isBetween(at, november(25, '06:00:00'), november(25, '07:00:00')) ? fresh : []),
  ];
}

function countMonth(): readonly HourTally[] {
  const tallies = new Map<number, HourTally>();
  for (let at = from.getTime(); at < to.getTime(); at += 60_000) {
    const now = new Date(at);
    if (isBetween(now, november(5, '03:20:00'), november(5, '03:30:00'))) continue;
    const hour = hourOf(now);
    const before = tallies.get(hour.getTime()) ?? { region, cluster: 'prod', hour, seen: [], groups: [] };
    const after = addMinute(before, minuteOf(now), nodesAt(now));
    if (after) tallies.set(hour.getTime(), after);
  }
  return [...tallies.values()];
}

const product = (instanceType: string, USD: string) => ({
  product: { attributes: { instanceType } },
  terms: { OnDemand: { A: { priceDimensions: { B: { unit: 'Hrs', pricePerUnit: { USD } } } } } },
});
const change = (InstanceType: string, zone: string, SpotPrice: string, at: Date) => ({
  InstanceType,
  AvailabilityZone: `us-east-2${zone}`,
  SpotPrice,
  Timestamp: at.toISOString(),
});
const products = [
  product('g5.xlarge', '1.0060000000'),
  product('p4d.24xlarge', '21.9600000000'),
  product('g6.xlarge', '0.8000000000'),
];
const changes = [
  change('g5.xlarge', 'a', '0.402400', new Date('2026-10-28T17:00:00Z')),
  change('g5.xlarge', 'a', '0.503000', november(10, '12:30:00')),
  change('g5.xlarge', 'a', '0.402400', november(12, '00:00:00')),
  change('p4d.24xlarge', 'b', '9.000000', november(14, '00:00:00')),
  change('p4d.24xlarge', 'b', '12.000000', november(15, '09:30:00')),
  change('g6.xlarge', 'a', '0.200000', november(25, '06:15:00')),
];

function incident(day: number, kind: InterruptionKind, training?: Sighting['training']): Sighting {
  const noticedAt = november(day, '12:00:00');
  return {
    incidentId: `incident-${day}`,
    instanceId: `i-${day}`,
    kind,
    severity: 'hard',
    noticedAt,
    cluster: 'prod',
    pool: 'a10g',
    training,
    standing: { type: 'closed', closedAt: noticedAt, outcome: 'emptied' },
  };
}

const incidents = [
  incident(3, 'spot-interruption', [
    { gang: 'Job/llama', result: 'saved', gpus: 8, since: november(3, '06:00:00') },
  ]),
  incident(9, 'spot-interruption', [
    { gang: 'Job/bert', result: 'not-acknowledged', gpus: 1, since: november(9, '09:30:00') },
  ]),
  incident(17, 'terminate-hook'),
];

let savings: Savings;
beforeAll(() => {
  const tallies = countMonth();
  const prices = tallies.map(({ hour }) => pricesOf(region, hour, products, changes));
  savings = sumSavings({ tallies, prices }, incidents, from, to);
});

const cents = (dollars: number) => dollars.toFixed(2);

test('the month comes to the sums worked out by hand, to the cent', () => {
  const { total } = savings;
  expect(cents(total.spotDollars)).toBe('1187.38');
  expect(cents(total.onDemandDollars)).toBe('1448.30');
  expect(cents(total.savedDollars)).toBe('1740.31');
  expect(total.spotHours).toBeCloseTo(2883.6667, 3);
  expect(total.onDemandHours).toBeCloseTo(1463.6667, 3);
});

test('a price that changes within a day and within an hour counts as long as it held', () => {
  const [a10g, llm] = savings.pools;
  expect(a10g).toMatchObject({ cluster: 'prod', pool: 'a10g' });
  expect(cents(a10g?.spotDollars ?? 0)).toBe('1172.93');
  expect(cents(a10g?.savedDollars ?? 0)).toBe('1723.68');
  expect(llm).toMatchObject({ pool: 'llm' });
  expect(cents(llm?.spotDollars ?? 0)).toBe('14.00');
});

test('nodes that come and go within an hour count by the minute', () => {
  const llm = savings.pools.find(({ pool }) => pool === 'llm');
  expect(llm?.spotHours).toBeCloseTo(4 / 3, 6);
  expect(llm?.spotGpuHours).toBeCloseTo(32 / 3, 6);
});

test('hours without a price are told and in no sum of dollars', () => {
  expect(savings.total.unpricedHours).toBeCloseTo(24.75, 6);
  expect(savings.pools.find(({ pool }) => pool === 'odd')).toMatchObject({
    onDemandHours: 24,
    onDemandDollars: 0,
  });
});

test('minutes that nobody counted are unknown, not guessed', () => {
  expect(savings.minutes).toEqual({ seen: 43_190, unknown: 10 });
});

test('what AWS took counts as an interruption, with the GPU hours that were kept and lost', () => {
  expect(savings.total).toMatchObject({
    interruptions: 2,
    saves: 1,
    missedSaves: 1,
    keptGpuHours: 48,
    lostGpuHours: 2.5,
  });
});

test('every day of the month has its sums, which add up to the whole', () => {
  expect(savings.days).toHaveLength(30);
  const spent = savings.days.reduce((sum, { spotDollars }) => sum + spotDollars, 0);
  expect(cents(spent)).toBe('1187.38');
  expect(savings.days[2]).toMatchObject({ day: '2026-11-03', interruptions: 1 });
});

test('the sums in words', () => {
  expect(describeSavings(savings)).toEqual([
    'Spot saved $1740.31 (59% of its on-demand price) in 2883.7 node hours; 1463.7 ran on demand. Spent: $2635.68 at list prices.',
    '1 checkpoint save kept 48.0 GPU hours; 1 without a save lost at most 2.5.',
    '24.8 node hours have no price yet, or none that is known.',
    'In 10 of 43200 minutes nobody counted: they are in no sum.',
  ]);
});
