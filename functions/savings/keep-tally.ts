import type { LocatedInstance } from '../locate/located.ts';
import type { Log } from '../log.ts';
import { fetchTally, type HoursTable, replaceTally } from './hours-table.ts';
import { addMinute, type HourTally, hourOf, minuteOf } from './tally.ts';

/** Clusters whose nodes were listed to the end in this minute. */
export type ListedClusters = ReadonlyMap<string, readonly LocatedInstance[]>;

/**
 * Counts this minute's nodes into the hour's row of each cluster. The rows are remembered between the calls of one
 * process, so a minute is one write a cluster. A minute that two passes counted counts once; one whose write fails is
 * unknown, as one without a pass is. Never throws: nobody's interruption waits for a sum.
 */
export function openTally(
  table: HoursTable,
  region: string,
  log: Log,
): (clusters: ListedClusters) => Promise<void> {
  const remembered = new Map<string, HourTally>();
  return async (clusters) => {
    const now = table.clock.now();
    await Promise.all(
      [...clusters].map(async ([cluster, nodes]) => {
        const empty: HourTally = { region, cluster, hour: hourOf(now), seen: [], groups: [] };
        try {
          const tally = await count(table, remembered.get(cluster), empty, minuteOf(now), nodes);
          remembered.set(cluster, tally);
        } catch (error) {
          remembered.delete(cluster);
          log.warn('Node minute not counted', { cluster, error: String(error) });
        }
      }),
    );
  };
}

async function count(
  table: HoursTable,
  remembered: HourTally | undefined,
  empty: HourTally,
  minute: number,
  nodes: readonly LocatedInstance[],
): Promise<HourTally> {
  const isSameHour = remembered?.hour.getTime() === empty.hour.getTime();
  let before = isSameHour && remembered ? remembered : await fetchTally(table, empty);
  for (let attempt = 0; attempt < 2; attempt++) {
    const after = addMinute(before, minute, nodes);
    if (!after) return before;
    if ((await replaceTally(table, before, after)) === 'written') return after;
    before = await fetchTally(table, empty);
  }
  throw new Error('others write the same row');
}
