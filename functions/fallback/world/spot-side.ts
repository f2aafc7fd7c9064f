import type { ClusterNode } from '../../cluster/port.ts';
import { POOL_KEY } from '../../locate/owner.ts';
import type { InstanceId } from '../../signals/interruption.ts';
import type { PoolDefinition } from '../define/pool-definition.ts';
import type { Member } from '../groups/port.ts';
import type { Gpus, SpotSide } from '../pool.ts';
import type { ClusterView } from './cluster-view.ts';
import { newestFailure, newestLaunch } from './launches.ts';
import type { PoolWorld } from './pool-world.ts';
import { doomedSince } from './return-marker.ts';

/** The spot side of a pool: of its groups, or of the nodes that Karpenter keeps in it. */
export function readSpotSide(world: PoolWorld): SpotSide {
  const { definition } = world;
  if (definition.spot.length === 0) return ofKarpenter(world);
  const members = definition.spot.flatMap(({ group, gpusPerNode }) =>
    group.members
      .filter(isStaying)
      .map((member) => ({ ...member, gpus: gpusPerNode, ...nodeOf(world, member) })),
  );
  const desired = definition.spot.reduce(
    (sum, { group, gpusPerNode }) => sum + wantedNodes(definition, group.desired) * gpusPerNode,
    0,
  );
  const unfilled = definition.spot.reduce(
    (sum, { group, gpusPerNode }) => sum + Math.max(0, group.desired - group.members.length) * gpusPerNode,
    0,
  );
  const groups = definition.spot.map(({ group }) => group);
  const failure = newestFailure(world, groups, 'spot');
  const launchedAt = newestLaunch(world, groups);
  return {
    desiredGpus: desired,
    gpusPerNode: Math.min(...definition.spot.map(({ gpusPerNode }) => gpusPerNode)),
    ...sortMembers(members, world),
    unfilledGpus: unfilled,
    ...(failure && { lastFailure: failure }),
    ...(launchedAt && { lastLaunchAt: launchedAt }),
  };
}

/** Auto Scaling has given it up already. */
export function isStaying({ state }: Member): boolean {
  return !state.startsWith('Terminat') && !state.startsWith('Detach');
}

/** Ready for pods of the pool, as far as the node tells. */
export function isReady(node: ClusterNode | undefined, countsGpus: boolean): boolean {
  return node?.ready === true && !node.unschedulable && (!countsGpus || node.allocatableGpus > 0);
}

interface Counted {
  readonly instanceId: Member['instanceId'];
  readonly gpus: number;
  readonly node?: ClusterNode;
}

function sortMembers(members: readonly Counted[], { definition, launchTimes }: PoolWorld) {
  let readyGpus = 0;
  const launching: Gpus[] = [];
  const doomed: Gpus[] = [];
  for (const { gpus, instanceId, node } of members) {
    const since = node && doomedSince(node);
    const launchedAt = launchTimes.get(instanceId);
    if (since) doomed.push({ gpus, since });
    else if (isReady(node, definition.countsGpus)) readyGpus += gpus;
    else if (launchedAt) launching.push({ gpus, since: launchedAt });
  }
  return { readyGpus, launching, doomed };
}

/** Spot nodes that Karpenter keeps in the pool. Where groups provide the spot nodes, none. */
export function karpenterNodes(
  { name, spot }: PoolDefinition,
  { nodes }: ClusterView,
): readonly (readonly [InstanceId, ClusterNode])[] {
  if (spot.length > 0) return [];
  return [...nodes].filter(
    ([, { labels }]) => labels[POOL_KEY] === name && labels['karpenter.sh/capacity-type'] === 'spot',
  );
}

/** Karpenter has no size that it is meant to have: what pods ask for is all. */
function ofKarpenter(world: PoolWorld): SpotSide {
  const { definition, view } = world;
  const members = karpenterNodes(definition, view).map(([instanceId, node]) => ({
    instanceId,
    node,
    gpus: definition.countsGpus ? node.gpus : 1,
  }));
  return { desiredGpus: 0, gpusPerNode: 1, ...sortMembers(members, world) };
}

function wantedNodes({ wantedNodes: wanted }: PoolDefinition, desired: number): number {
  return wanted ?? desired;
}

function nodeOf({ view }: PoolWorld, { instanceId }: Member): { readonly node?: ClusterNode } {
  const node = view.nodes.get(instanceId);
  return node ? { node } : {};
}
