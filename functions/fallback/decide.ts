import { updateBreakers } from './breaker.ts';
import type { Decision, Refusal } from './decision.ts';
import { foreseeDeepening } from './deepening.ts';
import { rememberShortage } from './hold.ts';
import type { Ask, Memory } from './memory.ts';
import type { PendingPod, PoolState } from './pool.ts';
import { type Probe, planProbe } from './probe.ts';
import { countGpus, planRelease, rememberRest } from './release.ts';
import { planScaleOut, type ScaleOut } from './scale-out.ts';
import { findUnfitPods, measureShortage, type Shortage } from './shortage.ts';
import { askForSpot } from './spot-ask.ts';

/** The decision, and the arithmetic behind it. */
export interface Decided {
  readonly decision: Decision;
  /** Absent where spot's size is not ours to ask for. */
  readonly ask?: Ask;
  /** Absent where no placeholders are set up. */
  readonly probe?: Probe;
  readonly shortage: Shortage;
  /** GPUs that the fallback keeps, and for how many minutes after they were last short. */
  readonly keepGpus: number;
  readonly holdMinutes: number;
  /** Bought beyond the shortage, because this pool's shortages go on growing. */
  readonly aheadGpus: number;
  readonly memory: Memory;
}

/**
 * What a pool should do now. Pure: the same world and memory give the same decision, and every number in it is absolute, so
 * runs may be lost, repeated or reordered.
 *
 * Scale out at once when spot is short and not on its way; give back when spot has covered a level of shortage for the hold
 * that this pool's past asks for.
 */
export function decide(state: PoolState, memory: Memory, now: Date): Decided {
  const unfit = findUnfitPods(state);
  const shortage = measureShortage(state, unfit, memory, now);
  const gpusPerStep = Math.max(1, ...state.fallbacks.map((group) => group.gpusPerNode));
  const hold = rememberShortage(memory.hold, shortage.knownGpus, { ...state.pool, gpusPerStep }, now);
  const ahead = foreseeDeepening(memory.deepening, shortage.knownGpus, countGpus(state.fallbacks), now);
  const breakers = updateBreakers(memory.breakers, state.fallbacks, now);

  const scaleOut = scaleOutAhead(state, shortage, ahead.aheadGpus, breakers, now);
  const refusals = [...refusePods(state, unfit), ...scaleOut.refusals];
  const keepGpus = Math.max(hold.keepGpus, shortage.notReadyGpus) + ahead.aheadGpus;
  const release = planRelease(state, keepGpus, memory, now);
  const decision = choose();
  const unfilledSince = (state.spot.unfilledGpus ?? 0) > 0 ? (memory.unfilledSince ?? now) : undefined;
  const ask = askForSpot(state, shortage, hold.keepGpus, memory.ask, now);
  const probe = planProbe(state, ask, decision, memory.probe, now);
  return {
    decision,
    ...(ask && { ask }),
    ...(probe && { probe }),
    shortage,
    keepGpus,
    holdMinutes: hold.minutes,
    aheadGpus: ahead.aheadGpus,
    memory: {
      ...(ask && { ask }),
      hold: hold.memory,
      deepening: ahead.memory,
      breakers,
      restingUntil: rememberRest(memory.restingUntil, decision, now),
      ...(unfilledSince && { unfilledSince }),
      ...(probe?.memory && { probe: probe.memory }),
    },
  };

  function choose(): Decision {
    // A drain that has become wrong is undone before anything is bought.
    if (release.action === 'return' && release.restore.length > 0) return release;
    if (scaleOut.launches.length > 0) return { action: 'scale-out', launches: scaleOut.launches, refusals };
    // A surplus and a refusal can meet: a pod too large for every group keeps nothing else from returning.
    if (release.action === 'return') return release;
    if (refusals.length > 0) return { action: 'refuse', shortGpus: scaleOut.missingGpus, refusals };
    return shortage.shortGpus > 0 ? { action: 'keep', reason: 'shortage-covered' } : release;
  }
}

/** What is bought ahead must not take the room of what is short now. */
function scaleOutAhead(
  state: PoolState,
  shortage: Shortage,
  aheadGpus: number,
  breakers: Memory['breakers'],
  now: Date,
): ScaleOut {
  const needed = planScaleOut(state, shortage, breakers, now);
  if (aheadGpus === 0 || needed.refusals.length > 0) return needed;
  const room = Math.max(0, shortage.wantedGpus - shortage.shortGpus);
  const shortGpus = shortage.shortGpus + Math.min(aheadGpus, room);
  const withAhead = planScaleOut(state, { ...shortage, shortGpus }, breakers, now);
  return withAhead.refusals.length > 0 ? needed : withAhead;
}

function refusePods({ fallbacks }: PoolState, unfit: readonly PendingPod[]): Refusal[] {
  if (unfit.length === 0) return [];
  const largestNodeGpus = Math.max(0, ...fallbacks.map((group) => group.gpusPerNode));
  return [{ reason: 'pod-too-large', podGpus: Math.max(...unfit.map((pod) => pod.gpus)), largestNodeGpus }];
}
