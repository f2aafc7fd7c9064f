import type { Gap } from './memory.ts';

/** How long each level of a shortage is held. */
export interface Levels {
  /** Never longer for a deeper level. */
  minutesFor(level: number): number;
}

/**
 * The hold H with the smallest mean cost over the gaps that a level has shown, in minutes of one on-demand node.
 * A gap of g minutes that is held through costs g; one that outlasts the hold costs H, then what a return
 * too early costs (`relapseMinutes`: a boot that is billed and a boot that is waited for).
 *
 * A pool begins with the belief that gaps of every order of magnitude are equally likely, worth a few observations; its
 * own gaps soon outweigh it. Where gaps have no memory, as in a Poisson market, this holds through all or none.
 */
export function learnHold(gaps: readonly Gap[], relapseMinutes: number): Levels {
  const known = learned.get(gaps);
  if (known?.relapseMinutes === relapseMinutes) return known.levels;
  const levels = learn(gaps, relapseMinutes);
  learned.set(gaps, { relapseMinutes, levels });
  return levels;
}

/** Gaps are rare and runs are not: the answer for the same list is kept as long as the list lives. */
const learned = new WeakMap<readonly Gap[], { readonly relapseMinutes: number; readonly levels: Levels }>();

function learn(gaps: readonly Gap[], relapseMinutes: number): Levels {
  // Between two edges all levels have seen the same gaps.
  const edges = [...new Set(gaps.flatMap(({ above, upTo }) => [above + 1, upTo + 1]))].sort((a, b) => a - b);
  const steps: { from: number; minutes: number }[] = [];
  let longest = LONGEST_MINUTES;
  for (const from of [1, ...edges.filter((edge) => edge > 1)]) {
    const seen = gaps.filter(({ above, upTo }) => above < from && from <= upTo);
    longest = Math.min(longest, cheapestHold(seen, relapseMinutes));
    steps.push({ from, minutes: longest });
  }
  return { minutesFor: (level) => steps.findLast(({ from }) => from <= level)?.minutes ?? longest };
}

/**
 * What a return too early costs, in minutes of holding one on-demand node: the boot is billed, and what of it the notice does not
 * hide is waited for. A minute waited for is worth six minutes of on-demand; a minute of holding costs what on-demand
 * costs more than spot.
 */
export function relapseMinutes(bootMinutes: number, noticeMinutes: number): number {
  const waited = Math.max(0, bootMinutes - noticeMinutes);
  return Math.round((bootMinutes + WORTH_OF_A_MINUTE_SHORT * waited) / (1 - USUAL_SPOT_PRICE));
}

const WORTH_OF_A_MINUTE_SHORT = 6;
/** As a part of on-demand's. */
const USUAL_SPOT_PRICE = 0.3;

const SHORTEST_MINUTES = 5;
const LONGEST_MINUTES = 240;
const BELIEF = [5, 15, 45, 135, 405, 1215].map((minutes) => ({ minutes, weight: 0.75 }));
/** A gap that was seen stands for somewhat shorter and longer ones too, so that no hold ends just beyond one of them. */
const BLUR = [0.7, 1, 1.4];

interface Observation {
  readonly minutes: number;
  readonly weight: number;
}

function cheapestHold(gaps: readonly Gap[], relapseMinutes: number): number {
  const known = [...BELIEF, ...gaps.map(({ minutes }) => ({ minutes, weight: 1 }))];
  const seen = known.flatMap(({ minutes, weight }) =>
    BLUR.map((factor): Observation => ({ minutes: minutes * factor, weight: weight / BLUR.length })),
  );
  // The best H is the shortest, or just beyond one of the gaps: between two gaps the cost only grows.
  const candidates = [SHORTEST_MINUTES, ...seen.map(({ minutes }) => Math.ceil(minutes + 0.5))].filter(
    (minutes) => minutes >= SHORTEST_MINUTES && minutes <= LONGEST_MINUTES,
  );
  let best = { minutes: SHORTEST_MINUTES, cost: Number.POSITIVE_INFINITY };
  for (const minutes of new Set(candidates)) {
    const cost = costOfHold(seen, minutes, relapseMinutes);
    if (cost < best.cost) best = { minutes, cost };
  }
  return best.minutes;
}

function costOfHold(seen: readonly Observation[], holdMinutes: number, relapseMinutes: number): number {
  return seen.reduce(
    (cost, { minutes, weight }) =>
      cost + weight * (minutes < holdMinutes ? minutes : holdMinutes + relapseMinutes),
    0,
  );
}
