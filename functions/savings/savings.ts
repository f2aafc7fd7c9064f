import type { Sighting } from '../incidents/overview.ts';
import type { InterruptionKind } from '../signals/interruption.ts';
import type { Hours } from './hours-table.ts';
import { type Account, addAccounts, NOTHING, settleHour } from './settle.ts';
import { type HourTally, nextMinute } from './tally.ts';
import { type Training, trainingOf } from './training.ts';

/** What spot saved, and what its interruptions cost, of everything and of each pool. */
export interface Savings {
  readonly from: Date;
  readonly to: Date;
  readonly total: Account & Losses;
  readonly pools: readonly PoolSavings[];
  readonly days: readonly DaySavings[];
  /** Minutes in which a cluster was, or should have been, looked at. */
  readonly minutes: { readonly seen: number; readonly unknown: number };
}

export interface Losses extends Training {
  readonly interruptions: number;
}

interface PoolSavings extends Account, Losses {
  readonly cluster: string;
  readonly pool: string;
}

interface DaySavings extends Account {
  /** `2026-11-25`, UTC. */
  readonly day: string;
  readonly interruptions: number;
}

/** AWS takes the capacity away; a terminate hook or a state change may as well be a person's own doing. */
const TAKEN: readonly InterruptionKind[] = [
  'spot-interruption',
  'capacity-reservation-interruption',
  'capacity-block-expiration',
];

export function isTaken({ kind }: Pick<Sighting, 'kind'>): boolean {
  return TAKEN.includes(kind);
}

/** Pure: the same hours and incidents give the same sums. `closed` are the incidents closed between the two. */
export function sumSavings(
  { prices, tallies }: Hours,
  closed: readonly Sighting[],
  from: Date,
  to: Date,
): Savings {
  const pricesOf = new Map(prices.map((each) => [`${each.hour.toISOString()} ${each.region}`, each]));
  const pools = new Map<string, { cluster: string; pool: string; account: Account }>();
  const days = new Map<string, Account>();
  for (const tally of tallies) {
    const priced = pricesOf.get(`${tally.hour.toISOString()} ${tally.region}`);
    for (const [pool, account] of settleHour(tally, priced)) {
      const key = `${tally.cluster}/${pool}`;
      const before = pools.get(key)?.account ?? NOTHING;
      pools.set(key, { cluster: tally.cluster, pool, account: addAccounts(before, account) });
      const day = tally.hour.toISOString().slice(0, 10);
      days.set(day, addAccounts(days.get(day) ?? NOTHING, account));
    }
  }
  for (const { cluster = 'unknown', pool = 'no pool' } of closed)
    if (!pools.has(`${cluster}/${pool}`))
      pools.set(`${cluster}/${pool}`, { cluster, pool, account: NOTHING });
  const all = [...pools.values()].reduce((sum, { account }) => addAccounts(sum, account), NOTHING);
  return {
    from,
    to,
    total: { ...all, ...lossesOf(closed) },
    pools: [...pools.values()]
      .map(({ account, cluster, pool }) => ({
        cluster,
        pool,
        ...account,
        ...lossesOf(
          closed.filter(
            (each) => (each.cluster ?? 'unknown') === cluster && (each.pool ?? 'no pool') === pool,
          ),
        ),
      }))
      .filter(isWorthTelling)
      .toSorted((one, other) => other.savedDollars - one.savedDollars),
    days: [...days]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([day, account]) => ({ day, ...account, interruptions: takenOn(closed, day) })),
    minutes: countMinutes(tallies),
  };
}

function lossesOf(incidents: readonly Sighting[]): Losses {
  return { interruptions: incidents.filter(isTaken).length, ...trainingOf(incidents) };
}

function isWorthTelling(pool: PoolSavings): boolean {
  return pool.spotHours + pool.onDemandHours + pool.otherHours + pool.interruptions + pool.saves > 0;
}

function takenOn(closed: readonly Sighting[], day: string): number {
  return closed.filter((each) => isTaken(each) && each.noticedAt.toISOString().startsWith(day)).length;
}

/** From a cluster's first look to its last, every minute counts; before and after, it may not have existed. */
function countMinutes(tallies: readonly HourTally[]): Savings['minutes'] {
  let seen = 0;
  let whole = 0;
  for (const hours of Map.groupBy(tallies, ({ cluster, region }) => `${region}/${cluster}`).values()) {
    const sorted = hours.toSorted((one, other) => one.hour.getTime() - other.hour.getTime());
    const [first, last] = [sorted[0], sorted.at(-1)];
    if (!first || !last) continue;
    const begin = first.hour.getTime() / 60_000 + (first.seen[0]?.[0] ?? 0);
    whole += last.hour.getTime() / 60_000 + nextMinute(last) - begin;
    seen += sorted.flatMap((tally) => tally.seen).reduce((sum, [from, to]) => sum + to - from, 0);
  }
  return { seen, unknown: whole - seen };
}
