import type { Overview } from '../incidents/overview.ts';
import { type HoursTable, readHours } from './hours-table.ts';
import { type Savings, sumSavings } from './savings.ts';
import { hourOf } from './tally.ts';

export interface SavingsSources {
  readonly hours: HoursTable;
  readonly overview: Pick<Overview, 'closed'>;
}

/**
 * What spot saved in the hours from `from`'s to before `to`, of the clusters that `isWanted` takes. An hour that is not
 * over, or was not priced yet, has hours and no dollars.
 */
export async function readSavings(
  { hours, overview }: SavingsSources,
  from: Date,
  to: Date,
  isWanted: (cluster: string) => boolean,
): Promise<Savings> {
  const begin = hourOf(from);
  const [{ prices, tallies }, closed] = await Promise.all([
    readHours(hours, begin, to),
    overview.closed(begin, to),
  ]);
  const ours = tallies.filter(({ cluster }) => isWanted(cluster));
  const incidents = closed.filter(({ cluster }) => cluster !== undefined && isWanted(cluster));
  return sumSavings({ prices, tallies: ours }, incidents, begin, to);
}
