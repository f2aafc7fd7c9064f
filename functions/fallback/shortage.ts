import { secondsBetween } from '../clock.ts';
import type { Gpus, PendingPod, PoolState } from './pool.ts';

/** What spot does not provide and is not about to provide. */
export interface Shortage {
  /** Within the pool's maximum. */
  readonly shortGpus: number;
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
  { pool, spot, pods }: PoolState,
  unfit: readonly PendingPod[],
  now: Date,
): Shortage {
  const pending = pods.pending.filter((pod) => !unfit.includes(pod));
  const asked = Math.max(spot.desiredGpus, pods.boundGpus + sumGpus(pending), pool.minGpus);
  const wanted = Math.min(asked, pool.maxGpus);
  const provided = spot.readyGpus + creditFor(spot, now);
  const shortGpus = Math.max(0, wanted - provided);
  return { shortGpus, beyondMaxGpus: Math.max(0, asked - provided) - shortGpus, pending };
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

/**
 * Spot on its way: instances that boot, or the replacements that the group owes for those under notice. The larger of the two,
 * because a replacement may already boot while the old one still runs. Nothing when the newest launch failed; a tie is a launch
 * that brought only a part.
 */
function creditFor(spot: PoolState['spot'], now: Date): number {
  const failure = spot.lastFailure;
  if (failure && failure.kind !== 'CONFIG' && !(spot.lastLaunchAt && spot.lastLaunchAt > failure.at))
    return 0;
  const fresh = (items: readonly Gpus[]) =>
    items.filter((item) => secondsBetween(item.since, now) < CREDIT_SECONDS);
  return Math.max(sumGpus(fresh(spot.launching)), sumGpus(fresh(spot.doomed)));
}
