import type { SpotPriceItem } from './answers.ts';

/** From `at` on, an hour of an instance cost so many dollars. */
interface PriceChange {
  readonly at: Date;
  readonly dollars: number;
}

/** The spot price of one type in one zone, oldest change first; never empty. */
export interface SpotSeries {
  readonly instanceType: string;
  readonly zone: string;
  readonly zoneId?: string | undefined;
  readonly changes: readonly [PriceChange, ...PriceChange[]];
}

/** Sorts the changes that AWS gives newest first and in any order of types. */
export function toSeries(items: readonly SpotPriceItem[]): readonly SpotSeries[] {
  const groups = Map.groupBy(items, (item) => `${item.InstanceType} ${item.AvailabilityZone}`);
  return [...groups.values()].flatMap((group) => {
    const [first, ...rest] = group
      .map(({ SpotPrice, Timestamp }) => ({ at: new Date(Timestamp), dollars: Number(SpotPrice) }))
      .toSorted((one, other) => one.at.getTime() - other.at.getTime());
    const [item] = group;
    if (!first || !item) return [];
    const { AvailabilityZone: zone, AvailabilityZoneId: zoneId, InstanceType: instanceType } = item;
    return [{ instanceType, zone, zoneId, changes: [first, ...rest] as const }];
  });
}

/** The price at a time; `undefined` before the first known change. */
export function priceAt({ changes }: Pick<SpotSeries, 'changes'>, at: Date): number | undefined {
  return changes.findLast((change) => change.at <= at)?.dollars;
}

export interface PriceRange {
  readonly low: number;
  readonly high: number;
  /** Weighted by how long each price held. */
  readonly mean: number;
}

/** Prices that held between the two, as far as they are known; `undefined` when the window is empty. */
export function rangeOf(
  { changes }: Pick<SpotSeries, 'changes'>,
  from: Date,
  to: Date,
): PriceRange | undefined {
  let dollarMs = 0;
  let totalMs = 0;
  const held: number[] = [];
  for (const [index, { at, dollars }] of changes.entries()) {
    const begin = Math.max(at.getTime(), from.getTime());
    const end = Math.min(changes[index + 1]?.at.getTime() ?? Number.POSITIVE_INFINITY, to.getTime());
    if (end <= begin) continue;
    held.push(dollars);
    dollarMs += dollars * (end - begin);
    totalMs += end - begin;
  }
  if (totalMs === 0) return undefined;
  return { low: Math.min(...held), high: Math.max(...held), mean: dollarMs / totalMs };
}
