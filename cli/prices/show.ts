import type { PriceSummary, TypePrices, ZonePrice } from '../../functions/prices/summary.ts';
import { layOut } from '../replay/table.ts';

/** The prices as a table, one row a zone, then the placement scores and what is missing. */
export function showPrices(summary: PriceSummary, note: string | undefined): string {
  const { at, missing, placement, region, targetCapacity, types } = summary;
  const when = at.toISOString().slice(0, 16).replace('T', ' ');
  const scores = placement.map(({ score, zone }) => `${zone} ${score}`).join(', ');
  return [
    `Linux in ${region} at ${when}Z, dollars an hour${note ? `\n${note}` : ''}`,
    layOut([HEAD, ...types.flatMap(rowsOf)]),
    ...(placement.length > 0
      ? [
          `Placement score of ${targetCapacity} instances of any of these types in one zone, 1 to 10:\n${scores}`,
        ]
      : []),
    ...(missing.length > 0 ? [missing.join('\n')] : []),
  ].join('\n\n');
}

const HEAD = ['TYPE', 'ON-DEMAND', 'ZONE', 'SPOT', 'SAVES', 'LAST 7 DAYS', 'INTERRUPTED/MONTH'];

function rowsOf({ instanceType, interrupted, onDemand, zones }: TypePrices): string[][] {
  const shown = onDemand === undefined ? '-' : dollars(onDemand);
  const [first, ...rest] = zones;
  return [
    [instanceType, shown, ...(first ? cellsOf(first) : ['-', '-', '-', '-']), interrupted ?? '-'],
    ...rest.map((zone) => ['', '', ...cellsOf(zone), '']),
  ];
}

function cellsOf({ savings, spot, week, zone }: ZonePrice): string[] {
  const range = week.low === week.high ? dollars(week.low) : `${dollars(week.low)} to ${dollars(week.high)}`;
  return [zone, dollars(spot), savings === undefined ? '-' : `${(savings * 100).toFixed(0)}%`, range];
}

/** Four decimals, as AWS quotes spot. */
function dollars(amount: number): string {
  return amount.toFixed(4);
}
