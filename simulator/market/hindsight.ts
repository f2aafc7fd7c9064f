import { relapseMinutes } from '../../functions/fallback/learn-hold.ts';
import { shortNodesByMinute } from './optimum.ts';
import type { MarketSettings, Policy } from './replay.ts';
import type { Trace } from './trace.ts';

/**
 * The best that holding alone could do: launches on sight, and knows how long spot will stay when it comes back. Each node is kept
 * through the gaps that cost less than a return too early, and given back at once in the others.
 */
export function holdInHindsight(trace: Trace, settings: MarketSettings): Policy {
  const short = shortNodesByMinute(trace, settings);
  const longest = relapseMinutes(settings.bootMinutes, 0);
  const schedule = new Uint16Array(short.length);
  for (let node = 1; node <= trace.wanted; node++) keepThroughGaps(short, node, longest, schedule);
  return {
    name: 'hold in hindsight',
    decide: ({ minute, wanted }) => ({ spot: wanted, fallback: schedule[minute] ?? 0 }),
  };
}

/** Adds 1 to `schedule` in each minute in which the node is billed. */
function keepThroughGaps(short: Uint16Array, node: number, longest: number, schedule: Uint16Array): void {
  let lastNeeded = Number.NEGATIVE_INFINITY;
  for (const [minute, missing] of short.entries()) {
    if (missing < node) continue;
    const gap = minute - lastNeeded - 1;
    const from = gap < longest ? lastNeeded + 1 : minute;
    for (let billed = from; billed <= minute; billed++) schedule[billed] = (schedule[billed] ?? 0) + 1;
    lastNeeded = minute;
  }
}
