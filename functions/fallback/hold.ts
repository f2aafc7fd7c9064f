import { secondsBetween } from '../clock.ts';
import { type Levels, learnHold } from './learn-hold.ts';
import type { Gap, HoldMemory, Peak, Release } from './memory.ts';

/**
 * How many GPUs the fallback goes on covering after spot is back, and for how long.
 *
 * Each GPU of a shortage is a level: the first is short whenever spot is, the sixteenth only when sixteen are missing. A
 * level is held for H minutes after it was last short, and H is learned from how long this pool's levels stayed covered
 * before (`learn-hold.ts`): deep levels come back more rarely and are let go first. Until the pool has shown enough to learn
 * from, what was given back and is short again within half its hold doubles the next hold.
 */
export function rememberShortage(
  memory: HoldMemory,
  shortGpus: number,
  { relapseMinutes, bootMinutes, gpusPerStep, holdMinutes }: HoldChoices,
  now: Date,
): Hold {
  const { peaks, ended } = noteLevels(memory.peaks, shortGpus, now);
  const gaps = ended.length === 0 ? memory.gaps : [...memory.gaps, ...ended].slice(-GAPS_KEPT);
  // What is still held may be short as often as it likes: that is no return too early.
  const relapse = judgeRelease(memory.release, shortGpus > memory.keepGpus, now);
  const levels =
    holdMinutes === undefined ? learnHold(gaps, relapseMinutes) : { minutesFor: () => holdMinutes };
  const factor = relapse?.doubled && gaps.length < GAPS_TO_LEARN_FROM ? 2 : 1;
  const due = largestHeld(peaks, (level) => minutesFor(levels, level, factor) - bootMinutes, now);
  const keepGpus = Math.max(shortGpus, pace(due, memory, bootMinutes, gpusPerStep, now));
  const lowered = keepGpus < memory.keepGpus;
  const release = lowered ? noteRelease(levels, keepGpus, factor, now) : relapse;
  const loweredAt = lowered ? now : memory.loweredAt;
  return {
    memory: { peaks, gaps, keepGpus, ...(loweredAt && { loweredAt }), ...(release && { release }) },
    minutes: minutesFor(levels, Math.max(1, keepGpus), factor),
    keepGpus,
  };
}

interface HoldChoices {
  readonly relapseMinutes: number;
  readonly bootMinutes: number;
  /** The least that is given back in one step: a node's GPUs. */
  readonly gpusPerStep: number;
  /** Instead of a learned one. */
  readonly holdMinutes?: number;
}

export interface Hold {
  readonly memory: HoldMemory;
  /** H of the level that is given back next. */
  readonly minutes: number;
  /** What spot need not be asked for yet: a node asked for one boot before the hold ends is Ready at its end. */
  readonly keepGpus: number;
}

/** Twelve hours without it say enough about a level. */
const FORGOTTEN_MINUTES = 720;
const LONGEST_HOLD_MINUTES = 240;
/** A minute between two runs is no gap. */
const SHORTEST_GAP_MINUTES = 2;
const GAPS_KEPT = 128;
const GAPS_TO_LEARN_FROM = 8;

/** A market that is back is tried in steps: a node, or a quarter of what is held, is given back in the time of a boot. */
function pace(due: number, memory: HoldMemory, bootMinutes: number, gpusPerStep: number, now: Date): number {
  const { keepGpus, loweredAt } = memory;
  if (due >= keepGpus) return due;
  if (loweredAt && minutesSince(loweredAt, now) < bootMinutes) return keepGpus;
  return Math.max(due, keepGpus - Math.max(gpusPerStep, Math.ceil(keepGpus / 4)));
}

/** Peaks lie on each other: the later, smaller one covers the levels below. What is short now ends their gaps. */
function noteLevels(known: readonly Peak[], shortGpus: number, now: Date) {
  const ended: Gap[] = [];
  const peaks: Peak[] = [];
  for (const [i, peak] of known.entries()) {
    const below = known[i + 1]?.gpus ?? 0;
    const minutes = minutesSince(peak.lastSeenAt, now);
    if (minutes >= FORGOTTEN_MINUTES) {
      ended.push({ above: below, upTo: peak.gpus, minutes: FORGOTTEN_MINUTES });
      continue;
    }
    const upTo = Math.min(peak.gpus, shortGpus);
    if (upTo > below && minutes > SHORTEST_GAP_MINUTES) ended.push({ above: below, upTo, minutes });
    if (peak.gpus > shortGpus) peaks.push(peak);
  }
  if (shortGpus > 0) peaks.push({ gpus: shortGpus, lastSeenAt: now });
  return { peaks, ended };
}

/** A return too early doubles the hold; one that went well ends the doubling. */
function judgeRelease(release: Release | undefined, isShortAgain: boolean, now: Date): Release | undefined {
  if (!release || release.judged) return release;
  const early = minutesSince(release.at, now) <= release.holdMinutes / 2;
  if (!early) return undefined;
  return isShortAgain ? { ...release, judged: true, doubled: true } : release;
}

function noteRelease(levels: Levels, keepGpus: number, factor: number, now: Date): Release {
  return {
    at: now,
    holdMinutes: minutesFor(levels, keepGpus + 1, factor),
    doubled: factor > 1,
    judged: false,
  };
}

function largestHeld(peaks: readonly Peak[], minutesFor: (level: number) => number, now: Date): number {
  for (const [i, peak] of peaks.entries()) {
    const below = peaks[i + 1]?.gpus ?? 0;
    const age = minutesSince(peak.lastSeenAt, now);
    for (let level = peak.gpus; level > below; level--) {
      if (age < minutesFor(level)) return level;
    }
  }
  return 0;
}

function minutesFor(levels: Levels, level: number, factor: number): number {
  return Math.min(LONGEST_HOLD_MINUTES, levels.minutesFor(level) * factor);
}

function minutesSince(then: Date, now: Date): number {
  return secondsBetween(then, now) / 60;
}
