import { secondsBetween } from '../clock.ts';
import type { DeepeningMemory } from './memory.ts';

/**
 * How many GPUs to buy beyond a shortage that has just grown, because this pool's shortages go on growing: a node bought
 * now is ready when the next is lost. Each growth is watched for ten minutes to see how much further it went;
 * the j-th GPU ahead is bought if more than one growth in five went at least j further. What was not needed
 * after ten minutes is given back.
 */
export function foreseeDeepening(
  memory: DeepeningMemory,
  shortGpus: number,
  coveredGpus: number,
  now: Date,
): Foresight {
  const watched = memory.watched.map((growth) => ({
    ...growth,
    deepest: Math.max(growth.deepest, shortGpus),
  }));
  const over = watched.filter(({ at }) => isOver(at, now));
  const further = [...memory.further, ...over.map(({ from, deepest }) => deepest - from)].slice(-KEPT);
  const open = watched.filter(({ at }) => !isOver(at, now));
  const grew = shortGpus > Math.max(memory.shortGpus, coveredGpus);
  if (grew) open.push({ at: now, from: shortGpus, deepest: shortGpus });
  const ahead = grew ? { at: now, from: shortGpus, gpus: likelyFurther(further) } : memory.ahead;
  const isAhead = ahead !== undefined && !isOver(ahead.at, now);
  return {
    memory: { shortGpus, further, watched: open, ...(isAhead && { ahead }) },
    // What has become short since was bought then.
    aheadGpus: isAhead ? Math.max(0, ahead.gpus - Math.max(0, shortGpus - ahead.from)) : 0,
  };
}

interface Foresight {
  readonly memory: DeepeningMemory;
  /** Beyond what is short now. */
  readonly aheadGpus: number;
}

const WATCHED_SECONDS = 10 * 60;
const KEPT = 64;
/** A pool that is new to us is taken to have shown two growths that went no further. */
const BELIEF = 2;
const LIKELY = 0.2;

function likelyFurther(further: readonly number[]): number {
  let gpus = 0;
  while (further.filter((more) => more > gpus).length > LIKELY * (further.length + BELIEF)) gpus += 1;
  return gpus;
}

function isOver(at: Date, now: Date): boolean {
  return secondsBetween(at, now) >= WATCHED_SECONDS;
}
