import { updateBreakers } from './breaker.ts';
import { rememberShortage } from './hold.ts';
import type { Decision, Memory, PendingPod, PoolState, Refusal } from './pool.ts';
import { planRelease, rememberRest } from './release.ts';
import { planScaleOut } from './scale-out.ts';
import { findUnfitPods, measureShortage } from './shortage.ts';

/**
 * What the fallback groups of a pool should do now. Pure: the same world and memory give the same decision, and every
 * number in it is absolute, so runs may be lost, repeated or reordered.
 *
 * Scale out at once when spot is short and not on its way; give back when spot has covered the largest recent shortage for the hold.
 */
export function decide(state: PoolState, memory: Memory, now: Date): { decision: Decision; memory: Memory } {
  const unfit = findUnfitPods(state);
  const shortage = measureShortage(state, unfit, now);
  const { shortGpus } = shortage;
  const hold = rememberShortage(memory.hold, shortGpus, state.pool.holdMinutes, now);
  const breakers = updateBreakers(memory.breakers, state.fallbacks, now);

  const scaleOut = planScaleOut(state, shortage, breakers, now);
  const refusals = [...refusePods(state, unfit), ...scaleOut.refusals];
  const release = planRelease(state, hold.keepGpus, memory, now);
  const decision = choose();
  const restingUntil = rememberRest(memory.restingUntil, decision, now);
  return { decision, memory: { hold: hold.memory, breakers, restingUntil } };

  function choose(): Decision {
    // A drain that has become wrong is undone before anything is bought.
    if (release.action === 'restore') return release;
    if (scaleOut.launches.length > 0) return { action: 'scale-out', launches: scaleOut.launches, refusals };
    // A surplus and a refusal can meet: a pod too large for every group keeps nothing else from returning.
    if (release.action !== 'keep') return release;
    if (refusals.length > 0) return { action: 'refuse', shortGpus: scaleOut.missingGpus, refusals };
    return shortGpus > 0 ? { action: 'keep', reason: 'shortage-covered' } : release;
  }
}

function refusePods({ fallbacks }: PoolState, unfit: readonly PendingPod[]): Refusal[] {
  if (unfit.length === 0) return [];
  const largestNodeGpus = Math.max(0, ...fallbacks.map((group) => group.gpusPerNode));
  return [{ reason: 'pod-too-large', podGpus: Math.max(...unfit.map((pod) => pod.gpus)), largestNodeGpus }];
}
