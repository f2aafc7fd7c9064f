import { isOpen } from './breaker.ts';
import type { Cap, FallbackGroup, Launch, Memory, PendingPod, PoolState, Refusal } from './pool.ts';
import { sumGpus } from './shortage.ts';

/** Shares the missing GPUs among the groups by priority, within every cap. Says why where it gives less. */
export function planScaleOut(
  { pool, pods, fallbacks }: PoolState,
  shortGpus: number,
  breakers: Memory['breakers'],
  now: Date,
): ScaleOut {
  const groups = [...fallbacks].sort((a, b) => a.priority - b.priority);
  let missing = shortGpus - coveredGpus(groups, breakers, now);
  let dollarsLeft = (pool.maxDollarsPerHour ?? Number.POSITIVE_INFINITY) - dollarsPerHour(groups);
  const launches: Launch[] = [];
  const refusals: Refusal[] = [];
  for (const group of groups) {
    if (missing <= 0) break;
    const breaker = breakers[group.name];
    if (breaker && isOpen(breaker, now)) {
      refusals.push({
        reason: group.lastFailure?.kind ?? 'CAPACITY',
        group: group.name,
        until: breaker.openUntil,
      });
      continue;
    }
    const needed = Math.ceil(missing / group.gpusPerNode);
    const room = findRoom(group, needed, dollarsLeft);
    if (room.cap) refusals.push({ reason: room.cap, group: group.name, nodes: room.nodes });
    const whole = room.cap
      ? fitWholeGangs(missing, pods.pending, group, room.nodes)
      : { nodes: needed, refusals: [] };
    refusals.push(...whole.refusals);
    // The step only paces: what it leaves over comes with the next run, so it splits no gang for good.
    const nodes = Math.min(whole.nodes, pool.stepNodes);
    if (nodes < whole.nodes) refusals.push({ reason: 'step', group: group.name, nodes });
    if (nodes > 0) launches.push({ group: group.name, desired: committedNodes(group) + nodes });
    missing -= whole.nodes * group.gpusPerNode;
    dollarsLeft -= whole.nodes * group.dollarsPerNodeHour;
  }
  return { launches, refusals, missingGpus: Math.max(0, missing) };
}

export interface ScaleOut {
  readonly launches: readonly Launch[];
  readonly refusals: readonly Refusal[];
  /** What no group may cover now. */
  readonly missingGpus: number;
}

/** While a group cannot launch, only what it has counts, so that the next group is asked for the rest. */
function coveredGpus(groups: readonly FallbackGroup[], breakers: Memory['breakers'], now: Date): number {
  return groups.reduce((sum, group) => {
    const nodes = isOpen(breakers[group.name], now) ? group.nodes.length : committedNodes(group);
    return sum + nodes * group.gpusPerNode;
  }, 0);
}

/** What a group may bill: an unfilled desired capacity can be filled at any moment. */
function committedNodes(group: FallbackGroup): number {
  return Math.max(group.desired, group.nodes.length);
}

function dollarsPerHour(groups: readonly FallbackGroup[]): number {
  return groups.reduce((sum, group) => sum + committedNodes(group) * group.dollarsPerNodeHour, 0);
}

function findRoom(group: FallbackGroup, needed: number, dollarsLeft: number): { nodes: number; cap?: Cap } {
  const committed = committedNodes(group);
  const caps: readonly (readonly [Cap, number])[] = [
    ['max-nodes', group.maxNodes - committed],
    [
      'max-dollars',
      group.dollarsPerNodeHour > 0 ? Math.floor(dollarsLeft / group.dollarsPerNodeHour) : needed,
    ],
    ['quota', (group.quotaNodes ?? Number.POSITIVE_INFINITY) - committed],
  ];
  let room: { nodes: number; cap?: Cap } = { nodes: needed };
  for (const [cap, nodes] of caps) {
    if (nodes < room.nodes) room = { nodes: Math.max(0, nodes), cap };
  }
  return room;
}

/** When the room is smaller than the need: pods on their own first, then gangs, each whole or not at all. */
function fitWholeGangs(
  missing: number,
  pending: readonly PendingPod[],
  group: FallbackGroup,
  roomNodes: number,
) {
  const refusals: Refusal[] = [];
  const room = roomNodes * group.gpusPerNode;
  const gangs = Map.groupBy(
    pending.filter((pod) => pod.gang !== undefined),
    (pod) => pod.gang ?? '',
  );
  const gangGpus = sumGpus([...gangs.values()].flat());
  let granted = Math.min(room, Math.max(0, missing - gangGpus));
  for (const [gang, pods] of gangs) {
    const gpus = sumGpus(pods);
    if (granted + gpus <= room) granted += gpus;
    else refusals.push({ reason: 'gang-too-large', group: group.name, gang, gangGpus: gpus });
  }
  return { nodes: Math.min(roomNodes, Math.ceil(granted / group.gpusPerNode)), refusals };
}
