import type { ClusterNode } from '../../cluster/objects.ts';
import type { PoolDefinition } from '../define/pool-definition.ts';
import type { Member } from '../groups/port.ts';
import type { SpotSide } from '../pool.ts';
import { readKarpenterSide } from './karpenter-side.ts';
import { newestFailure, newestLaunch } from './launches.ts';
import { isStaying, sortMembers } from './members.ts';
import type { PoolWorld } from './pool-world.ts';

/** The spot side of a pool: of its groups, or of what Karpenter keeps in it. */
export function readSpotSide(world: PoolWorld): SpotSide {
  const { definition } = world;
  if (definition.spot.length === 0) return readKarpenterSide(world);
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

function wantedNodes({ wantedNodes: wanted }: PoolDefinition, desired: number): number {
  return wanted ?? desired;
}

function nodeOf({ view }: PoolWorld, { instanceId }: Member): { readonly node?: ClusterNode } {
  const node = view.nodes.get(instanceId);
  return node ? { node } : {};
}
