import { secondsBetween } from '../clock.ts';
import type { Memory } from './memory.ts';
import type { Gpus, PendingPod, PoolState } from './pool.ts';

/** What spot does not provide and is not about to provide. */
export interface Shortage {
  /** Within the pool's limits. */
  readonly wantedGpus: number;
  /** Spot on its way, that is waited for. */
  readonly creditGpus: number;
  readonly shortGpus: number;
  /** Short even of what exists and boots, and known to be: where less was asked for than wanted, nobody knows. */
  readonly knownGpus: number;
  /** Of the wanted, not on a Ready spot node: what must not be given back yet. */
  readonly notReadyGpus: number;
  /** Wanted too, and cut off by the maximum. */
  readonly beyondMaxGpus: number;
  /** The pending pods that some fallback node could hold. */
  readonly pending: readonly PendingPod[];
}

/**
 * The wanted size follows the pods as well as the group, because an autoscaler shrinks the group's desired size after a failed launch.
 * `unfit` pods are left out.
 */
export function measureShortage(
  state: PoolState,
  unfit: readonly PendingPod[],
  { ask, unfilledSince }: Pick<Memory, 'ask' | 'unfilledSince'>,
  now: Date,
): Shortage {
  const { pool, spot, pods } = state;
  const pending = pods.pending.filter((pod) => !unfit.includes(pod));
  const asked = Math.max(spot.desiredGpus, pods.boundGpus + sumGpus(pending), pool.minGpus);
  const wantedGpus = Math.min(asked, pool.maxGpus);
  const creditGpus = creditFor(spot, unfilledSince, now);
  const provided = spot.readyGpus + creditGpus;
  const existing = Math.max(provided, spot.readyGpus + sumGpus(fresh(spot.launching, now)));
  const shortGpus = Math.max(0, wantedGpus - provided);
  return {
    wantedGpus,
    creditGpus,
    shortGpus,
    knownGpus: existing >= answeredAsk(state, wantedGpus, ask, now) ? 0 : Math.max(0, wantedGpus - existing),
    notReadyGpus: Math.max(0, wantedGpus - spot.readyGpus),
    beyondMaxGpus: Math.max(0, asked - provided) - shortGpus,
    pending,
  };
}

/** Pods that no node of any fallback group could hold, with the rest of their gangs: launching for them would be waste. */
export function findUnfitPods({ pods, fallbacks }: PoolState): readonly PendingPod[] {
  const largestNode = Math.max(0, ...fallbacks.map((group) => group.gpusPerNode));
  const tooLarge = pods.pending.filter((pod) => pod.gpus > largestNode);
  const gangs = new Set(tooLarge.map((pod) => pod.gang).filter((gang) => gang !== undefined));
  return pods.pending.filter(
    (pod) => pod.gpus > largestNode || (pod.gang !== undefined && gangs.has(pod.gang)),
  );
}

export function sumGpus(items: readonly { readonly gpus: number }[]): number {
  return items.reduce((sum, item) => sum + item.gpus, 0);
}

const CREDIT_SECONDS = 6 * 60;

/** How long a group takes from its desired capacity to the first instance or the first failure, generously. */
const ANSWER_SECONDS = 90;

/**
 * Spot on its way: instances that boot, or the replacements that the group owes for those under notice. The larger of the two,
 * because a replacement may already boot while the old one still runs; with them what was asked for just now and not answered.
 * Nothing when the newest launch failed; a tie is a launch that brought only a part.
 */
function creditFor(spot: PoolState['spot'], unfilledSince: Date | undefined, now: Date): number {
  if (hasFailedSince(spot, spot.lastLaunchAt)) return sumGpus(fresh(spot.launching, now));
  const isNew = !unfilledSince || secondsBetween(unfilledSince, now) < ANSWER_SECONDS;
  const unanswered = isNew ? (spot.unfilledGpus ?? 0) : 0;
  return Math.max(sumGpus(fresh(spot.launching, now)) + unanswered, sumGpus(fresh(spot.doomed, now)));
}

/** A higher ask counts once the market has answered it, by instances or by a failure, or has had the time to. */
function answeredAsk({ pool, spot }: PoolState, wantedGpus: number, ask: Memory['ask'], now: Date): number {
  if (!pool.asksForSpot || !ask) return wantedGpus;
  const answered = hasFailedSince(spot, ask.since) || secondsBetween(ask.since, now) >= CREDIT_SECONDS;
  return Math.min(wantedGpus, answered ? ask.gpus : Math.min(ask.gpus, ask.before));
}

function hasFailedSince({ lastFailure }: PoolState['spot'], since: Date | undefined): boolean {
  return lastFailure !== undefined && lastFailure.kind !== 'CONFIG' && !(since && since > lastFailure.at);
}

function fresh(items: readonly Gpus[], now: Date): readonly Gpus[] {
  return items.filter((item) => secondsBetween(item.since, now) < CREDIT_SECONDS);
}
