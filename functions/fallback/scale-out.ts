import { isOpen } from './breaker.ts';
import type { Cap, Launch, Refusal } from './decision.ts';
import { grantWholeGangs } from './gangs.ts';
import type { Breaker, Memory } from './memory.ts';
import type { FallbackGroup, PoolState } from './pool.ts';
import type { Shortage } from './shortage.ts';

/** Shares the missing GPUs among the groups by priority, within every cap. Says why where it gives less. */
export function planScaleOut(
  state: PoolState,
  { shortGpus, beyondMaxGpus, pending }: Shortage,
  breakers: Memory['breakers'],
  now: Date,
): ScaleOut {
  const groups = [...state.fallbacks].sort((a, b) => a.priority - b.priority);
  const covered = coveredGpus(groups, breakers, now);
  const missing = shortGpus - covered;
  if (missing <= 0) return { launches: [], refusals: [], missingGpus: 0 };
  const stop = groups.flatMap((group) => findStop(group, breakers[group.name], now) ?? [])[0];
  if (stop) return { launches: [], refusals: [stop], missingGpus: missing };
  const { rooms, refusals } = findRooms(state, groups, missing, breakers, now);
  const roomGpus = rooms.reduce((sum, room) => sum + room.nodes * room.group.gpusPerNode, 0);
  const grant = grantWholeGangs(pending, shortGpus + beyondMaxGpus, covered, Math.min(missing, roomGpus));
  const launches: Launch[] = [];
  let left = grant.gpus;
  for (const { group, nodes: room } of rooms) {
    const nodes = Math.min(room, Math.ceil(left / group.gpusPerNode));
    left = Math.max(0, left - nodes * group.gpusPerNode);
    // The step only paces: what it leaves over comes with the next run, so it splits no gang for good.
    const stepped = Math.min(nodes, state.pool.stepNodes);
    if (stepped < nodes) refusals.push({ reason: 'step', group: group.name, nodes: stepped });
    if (stepped > 0) launches.push({ group: group.name, desired: committedNodes(group) + stepped });
  }
  return { launches, refusals: [...refusals, ...grant.refusals], missingGpus: missing - grant.gpus };
}

export interface ScaleOut {
  readonly launches: readonly Launch[];
  readonly refusals: readonly Refusal[];
  /** What no group may cover now. */
  readonly missingGpus: number;
}

/**
 * Its newest launch failed because of how it is configured, and none has succeeded since. Auto Scaling itself tries again and
 * again; where it only answers when asked, it is asked once more when the breaker closes.
 */
function findStop(group: FallbackGroup, breaker: Breaker | undefined, now: Date): Refusal | undefined {
  const { lastFailure, name } = group;
  if (stopsPool(group)) {
    const remedy = lastFailure?.remedy;
    return { reason: 'CONFIG', group: name, ...(remedy && { remedy }) };
  }
  if (!breaker?.stopsPool || !isOpen(breaker, now)) return undefined;
  return { reason: 'CONFIG', group: name, remedy: breaker.stopsPool };
}

function stopsPool({ lastFailure, lastLaunchAt }: FallbackGroup): boolean {
  return lastFailure?.stopsPool === true && !(lastLaunchAt && lastLaunchAt > lastFailure.at);
}

interface Room {
  readonly group: FallbackGroup;
  readonly nodes: number;
}

/** While a group cannot launch, only what it has counts, so that the next group is asked for the rest. */
function coveredGpus(groups: readonly FallbackGroup[], breakers: Memory['breakers'], now: Date): number {
  return groups.reduce((sum, group) => {
    const nodes =
      isOpen(breakers[group.name], now) || stopsPool(group) ? group.nodes.length : committedNodes(group);
    return sum + nodes * group.gpusPerNode;
  }, 0);
}

/** What a group may bill: an unfilled desired capacity can be filled at any moment. */
function committedNodes(group: FallbackGroup): number {
  return Math.max(group.desired, group.nodes.length);
}

function findRooms(
  { pool }: PoolState,
  groups: readonly FallbackGroup[],
  missing: number,
  breakers: Memory['breakers'],
  now: Date,
): { rooms: Room[]; refusals: Refusal[] } {
  const spent = groups.reduce((sum, group) => sum + committedNodes(group) * group.dollarsPerNodeHour, 0);
  let dollarsLeft = (pool.maxDollarsPerHour ?? Number.POSITIVE_INFINITY) - spent;
  let left = missing;
  const rooms: Room[] = [];
  const refusals: Refusal[] = [];
  for (const group of groups) {
    if (left <= 0) break;
    const breaker = breakers[group.name];
    if (breaker && isOpen(breaker, now)) {
      const reason = group.lastFailure?.kind ?? 'CAPACITY';
      const remedy = group.lastFailure?.remedy;
      refusals.push({ reason, group: group.name, until: breaker.openUntil, ...(remedy && { remedy }) });
      continue;
    }
    const { nodes, cap } = findRoom(group, Math.ceil(left / group.gpusPerNode), dollarsLeft);
    if (cap) refusals.push({ reason: cap, group: group.name, nodes });
    rooms.push({ group, nodes });
    left -= nodes * group.gpusPerNode;
    dollarsLeft -= nodes * group.dollarsPerNodeHour;
  }
  return { rooms, refusals };
}

function findRoom(group: FallbackGroup, needed: number, dollarsLeft: number): { nodes: number; cap?: Cap } {
  const committed = committedNodes(group);
  const price = group.dollarsPerNodeHour;
  const caps: readonly (readonly [Cap, number])[] = [
    ['max-nodes', group.maxNodes - committed],
    ['max-dollars', price > 0 ? Math.floor(dollarsLeft / price) : needed],
    ['quota', (group.quotaNodes ?? Number.POSITIVE_INFINITY) - committed],
  ];
  let room: { nodes: number; cap?: Cap } = { nodes: needed };
  for (const [cap, nodes] of caps) {
    if (nodes < room.nodes) room = { nodes: Math.max(0, nodes), cap };
  }
  return room;
}
