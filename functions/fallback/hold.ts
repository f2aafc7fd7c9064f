import { secondsBetween } from '../clock.ts';
import type { Gap, HoldMemory, Peak } from './pool.ts';

/**
 * How many GPUs the fallback must go on covering, and for how long it holds.
 *
 * The fallback keeps the largest shortage of the last H minutes. H answers one question with the pool's own past:
 * a node held through a gap of g minutes costs min(g, H), and, if the gap was longer, a second launch and
 * a boot without the node: together worth `relapseMinutes` of on-demand. The H with the smallest
 * mean over the newest gaps is taken. A pool that flaps every 40 minutes learns to wait 40; one whose spot stays once
 * it is back learns to let go early. With no past, H = `relapseMinutes`, the break-even of the ski-rental problem: never
 * worse than twice the best.
 */
export function rememberShortage(
  memory: HoldMemory,
  shortGpus: number,
  relapseMinutes: number,
  now: Date,
): Hold {
  const ended: Gap[] = [];
  const peaks: Peak[] = [];
  for (const [i, peak] of memory.peaks.entries()) {
    const minutes = minutesSince(peak.lastSeenAt, now);
    const below = memory.peaks[i + 1]?.gpus ?? 0;
    const neededAgain = Math.min(peak.gpus, shortGpus) - below;
    if (minutes >= LONGEST_HOLD_MINUTES)
      ended.push({ gpus: peak.gpus - below, minutes: LONGEST_HOLD_MINUTES });
    else {
      // A minute between two runs is no gap.
      if (neededAgain > 0 && minutes > SHORTEST_GAP_MINUTES) ended.push({ gpus: neededAgain, minutes });
      if (peak.gpus > shortGpus) peaks.push(peak);
    }
  }
  if (shortGpus > 0) peaks.push({ gpus: shortGpus, lastSeenAt: now });
  const gaps = [...memory.gaps, ...ended].slice(-GAPS_KEPT);
  const minutes = learnHold(gaps, relapseMinutes);
  const keepGpus = peaks.find((peak) => minutesSince(peak.lastSeenAt, now) < minutes)?.gpus ?? 0;
  return { memory: { peaks, gaps }, minutes, keepGpus: Math.max(keepGpus, shortGpus) };
}

export interface Hold {
  readonly memory: HoldMemory;
  /** H. */
  readonly minutes: number;
  /** The largest shortage of the last H minutes. */
  readonly keepGpus: number;
}

const SHORTEST_HOLD_MINUTES = 15;
const LONGEST_HOLD_MINUTES = 240;
const SHORTEST_GAP_MINUTES = 2;
const GAPS_KEPT = 64;
/** Fewer gaps than this say nothing yet. */
const GAPS_NEEDED = 8;

function learnHold(gaps: readonly Gap[], relapseMinutes: number): number {
  if (gaps.length < GAPS_NEEDED) return relapseMinutes;
  // The best H is the shortest, or just beyond one of the gaps: between two gaps the cost only grows.
  const candidates = [SHORTEST_HOLD_MINUTES, ...gaps.map((gap) => gap.minutes + 1)].filter(
    (minutes) => minutes >= SHORTEST_HOLD_MINUTES && minutes <= LONGEST_HOLD_MINUTES,
  );
  let best = { minutes: relapseMinutes, cost: costOfHold(gaps, relapseMinutes, relapseMinutes) };
  for (const minutes of new Set(candidates)) {
    const cost = costOfHold(gaps, minutes, relapseMinutes);
    if (cost < best.cost) best = { minutes, cost };
  }
  return best.minutes;
}

function costOfHold(gaps: readonly Gap[], holdMinutes: number, relapseMinutes: number): number {
  let cost = 0;
  for (const gap of gaps) {
    cost += gap.gpus * (gap.minutes < holdMinutes ? gap.minutes : holdMinutes + relapseMinutes);
  }
  return cost;
}

function minutesSince(then: Date, now: Date): number {
  return secondsBetween(then, now) / 60;
}
