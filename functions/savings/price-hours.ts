import type { Log } from '../log.ts';
import type { Product, SpotPriceItem } from '../prices/answers.ts';
import { askOnDemand, askSpotPrices, type PriceClients } from '../prices/ask-aws.ts';
import { onDemandPrices } from '../prices/on-demand.ts';
import { describeRefusal, isRefused } from '../prices/refusal.ts';
import { type SpotSeries, toSeries } from '../prices/spot-series.ts';
import { type HoursTable, readHours, writeHourPrices } from './hours-table.ts';
import type { HourPrices } from './row.ts';
import { type HourTally, hourOf } from './tally.ts';

export interface PriceHoursDeps {
  readonly table: HoursTable;
  readonly clientsOf: (region: string) => PriceClients;
  readonly log: Log;
}

const HOUR_MS = 3_600_000;
/** An hour that could not be priced is tried again for so long; AWS knows the spot prices of 90 days. */
const LOOK_BACK_HOURS = 48;

/**
 * Writes down what the instance types of the last hours cost in them, for every hour that is over and has nodes but no
 * prices yet. @returns how many hours were priced.
 */
export async function priceHours(deps: PriceHoursDeps): Promise<number> {
  const until = hourOf(deps.table.clock.now());
  const from = new Date(until.getTime() - LOOK_BACK_HOURS * HOUR_MS);
  const { prices, tallies } = await readHours(deps.table, from, until);
  const priced = new Set(prices.map(nameOf));
  const open = tallies.filter((tally) => tally.groups.length > 0 && !priced.has(nameOf(tally)));
  let count = 0;
  for (const [region, due] of Map.groupBy(open, (tally) => tally.region))
    count += await priceRegion(deps, region, due);
  return count;
}

function nameOf({ hour, region }: Pick<HourPrices, 'hour' | 'region'>): string {
  return `${hour.toISOString()} ${region}`;
}

async function priceRegion(
  { clientsOf, log, table }: PriceHoursDeps,
  region: string,
  due: readonly HourTally[],
): Promise<number> {
  const groups = due.flatMap((tally) => tally.groups);
  const types = [...new Set(groups.map(({ instanceType }) => instanceType))].filter(
    (each) => each !== 'unknown',
  );
  const hours = [...new Set(due.map(({ hour }) => hour.getTime()))].toSorted((one, other) => one - other);
  const [first = 0, last = 0] = [hours[0], hours.at(-1)];
  const clients = clientsOf(region);
  const [products, spot] = await Promise.all([
    askOnDemand(clients, region, types),
    askSpotPrices(clients, types, new Date(first), new Date(last + HOUR_MS)),
  ]);
  for (const answer of [products, spot])
    if (isRefused(answer)) log.error('Hours not priced', { region, reason: describeRefusal(answer) });
  if (isRefused(products) || isRefused(spot)) return 0;
  for (const hour of hours)
    await writeHourPrices(table, pricesOf(region, new Date(hour), products.PriceList, spot.SpotPriceHistory));
  return hours.length;
}

/** What held in one hour, of prices of a longer time. */
export function pricesOf(
  region: string,
  hour: Date,
  products: readonly Product[],
  items: readonly SpotPriceItem[],
): HourPrices {
  return {
    region,
    hour,
    onDemand: Object.fromEntries(onDemandPrices(products)),
    spot: toSeries(items).map((series) => ({
      instanceType: series.instanceType,
      zone: series.zone,
      changes: changesIn(series, hour),
    })),
  };
}

function changesIn({ changes }: SpotSeries, hour: Date): HourPrices['spot'][number]['changes'] {
  const end = new Date(hour.getTime() + HOUR_MS);
  const held = changes.filter(({ at }, index) => {
    const next = changes[index + 1]?.at;
    return at < end && (next === undefined || next > hour);
  });
  return held.map(({ at, dollars }) => [Math.max(0, (at.getTime() - hour.getTime()) / 1000), dollars]);
}
