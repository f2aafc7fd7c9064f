import type { ClusterNode } from '../../cluster/objects.ts';
import type { InstanceId } from '../../signals/interruption.ts';
import type { Member } from '../groups/port.ts';
import type { Gpus, SpotSide } from '../pool.ts';
import type { PoolWorld } from './pool-world.ts';
import { doomedSince } from './return-marker.ts';

/** An instance of the pool, and its node once that has joined. */
export interface Counted {
  readonly instanceId: InstanceId;
  readonly gpus: number;
  readonly node?: ClusterNode;
  /** Since when its owner takes it away. */
  readonly leavesSince?: Date;
}

/** Auto Scaling has given it up already. */
export function isStaying({ state }: Member): boolean {
  return !state.startsWith('Terminat') && !state.startsWith('Detach');
}

/** Ready for pods of the pool, as far as the node tells. */
export function isReady(node: ClusterNode | undefined, countsGpus: boolean): boolean {
  return node?.ready === true && !node.unschedulable && (!countsGpus || node.allocatableGpus > 0);
}

/** What is up, what boots, and what is about to go. */
export function sortMembers(
  members: readonly Counted[],
  { definition, launchTimes }: Pick<PoolWorld, 'definition' | 'launchTimes'>,
): Pick<SpotSide, 'readyGpus' | 'launching' | 'doomed'> {
  let readyGpus = 0;
  const launching: Gpus[] = [];
  const doomed: Gpus[] = [];
  for (const { gpus, instanceId, leavesSince, node } of members) {
    const since = leavesSince ?? (node && doomedSince(node));
    const launchedAt = launchTimes.get(instanceId);
    if (since) doomed.push({ gpus, since });
    else if (isReady(node, definition.countsGpus)) readyGpus += gpus;
    else if (launchedAt) launching.push({ gpus, since: launchedAt });
  }
  return { readyGpus, launching, doomed };
}
