import { secondsBetween } from '../../clock.ts';
import type { ClusterNode, Pod } from '../../cluster/objects.ts';
import type { FallbackDefinition } from '../define/pool-definition.ts';
import type { Member } from '../groups/port.ts';
import type { FallbackGroup, FallbackNode } from '../pool.ts';
import { newestFailure, newestLaunch } from './launches.ts';
import { isStaying } from './members.ts';
import type { FallbackMember, PoolWorld } from './pool-world.ts';
import { returningSince } from './return-marker.ts';
import { countPodsLeft, planReturn, whyStay } from './return-plan.ts';

/** A fallback group and its nodes; `members` tells what stands behind each name. */
export interface FallbackSide {
  readonly group: FallbackGroup;
  readonly members: readonly FallbackMember[];
}

export function readFallbackSide(world: PoolWorld, definition: FallbackDefinition): FallbackSide {
  const { group, gpusPerNode, priority, maxNodes, dollarsPerNodeHour } = definition;
  const staying = group.members.filter(isStaying);
  const ordered = staying.toSorted((a, b) => launchOf(world, a).getTime() - launchOf(world, b).getTime());
  const members = ordered.map((member, place) => readMember(world, definition, member, place < group.min));
  const failure = newestFailure(world, [group], 'on-demand');
  const launchedAt = newestLaunch(world, [group]);
  return {
    members,
    group: {
      name: group.name,
      priority,
      gpusPerNode,
      dollarsPerNodeHour,
      maxNodes,
      desired: group.desired,
      nodes: members.map((member) => toNode(world, member)),
      ...(failure && { lastFailure: failure }),
      ...(launchedAt && { lastLaunchAt: launchedAt }),
    },
  };
}

/** A node that has not joined by then never will. */
const JOINS_WITHIN_SECONDS = 20 * 60;

function readMember(
  world: PoolWorld,
  { group }: FallbackDefinition,
  member: Member,
  isOfMinimum: boolean,
): FallbackMember {
  const { instanceId } = member;
  const node = world.view.nodes.get(instanceId);
  const stays = isOfMinimum
    ? `the minimum size of group ${group.name} keeps it`
    : member.isProtected
      ? 'it is protected from scale-in'
      : whyNodeStays(world, member, node);
  const base = {
    group: group.name,
    instanceId,
    name: node?.name ?? instanceId,
    launchedAt: launchOf(world, member),
  };
  return { ...base, ...(node && { node }), ...(stays && { stays }) };
}

function whyNodeStays(world: PoolWorld, member: Member, node: ClusterNode | undefined): string | undefined {
  if (!node) {
    const age = secondsBetween(launchOf(world, member), world.now);
    return age < JOINS_WITHIN_SECONDS ? 'it has not joined the cluster yet' : undefined;
  }
  if (!world.view.pods) return 'its pods were not read';
  return whyStay(planReturn(podsOn(world, node)));
}

function toNode(world: PoolWorld, { launchedAt, name, node, stays }: FallbackMember): FallbackNode {
  const since = node && returningSince(node);
  return {
    name,
    launchedAt,
    doNotDisrupt: stays !== undefined,
    ...(node && since && { drain: { since, podsLeft: countPodsLeft(planReturn(podsOn(world, node))) } }),
  };
}

function podsOn({ view }: PoolWorld, node: ClusterNode): readonly Pod[] {
  return view.pods?.get(node.name) ?? [];
}

function launchOf({ launchTimes }: PoolWorld, { instanceId }: Member): Date {
  return launchTimes.get(instanceId) ?? new Date(0);
}
