import type { CapacityType, LocatedInstance } from '../locate/located.ts';
import { poolOf } from '../locate/pool-of.ts';

/**
 * How many nodes a cluster had in each minute of one hour. A minute that nobody looked is in no span of `seen`, and is
 * unknown: it is neither guessed nor billed.
 */
export interface HourTally {
  readonly region: string;
  readonly cluster: string;
  /** The beginning of the hour, UTC. */
  readonly hour: Date;
  readonly seen: readonly Span[];
  readonly groups: readonly GroupTally[];
}

/** Nodes that cost the same and count to the same pool. */
export interface NodeGroup {
  /** Label `spot-responder/pool`, else the name of the node group that owns the node. */
  readonly pool: string;
  readonly capacity: CapacityType | 'unknown';
  readonly instanceType: string;
  readonly zone: string;
  /** Of one node. */
  readonly gpus: number;
}

interface GroupTally extends NodeGroup {
  readonly runs: readonly Run[];
}

/** Minutes of the hour, from the first to before the second. */
type Span = readonly [from: number, to: number];
/** So many nodes in each of these minutes. */
export type Run = readonly [from: number, to: number, nodes: number];

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export function hourOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS);
}

export function minuteOf(at: Date): number {
  return Math.floor((at.getTime() % HOUR_MS) / MINUTE_MS);
}

/** The first minute of the hour that was not looked at yet, as far as looks went. */
export function nextMinute({ seen }: HourTally): number {
  return seen.at(-1)?.[1] ?? 0;
}

/** Adds what was seen in a minute. `undefined` when that minute, or a later one, is counted already. */
export function addMinute(
  before: HourTally,
  minute: number,
  nodes: readonly LocatedInstance[],
): HourTally | undefined {
  if (minute < nextMinute(before)) return undefined;
  const counts = countGroups(nodes);
  const known = new Map<string, GroupTally>(before.groups.map((group) => [keyOf(group), group]));
  for (const [key, { group }] of counts) if (!known.has(key)) known.set(key, { ...group, runs: [] });
  const groups = [...known].map(([key, group]) => ({
    ...group,
    runs: addRun(group.runs, minute, counts.get(key)?.nodes ?? 0),
  }));
  return { ...before, seen: addSpan(before.seen, minute), groups };
}

function countGroups(nodes: readonly LocatedInstance[]) {
  const counts = new Map<string, { readonly group: NodeGroup; readonly nodes: number }>();
  for (const node of nodes) {
    const group = groupOf(node);
    const key = keyOf(group);
    counts.set(key, { group, nodes: (counts.get(key)?.nodes ?? 0) + 1 });
  }
  return counts;
}

function groupOf(node: LocatedInstance): NodeGroup {
  const { capacity, gpus, instanceType, zone } = node;
  return {
    pool: poolOf(node) ?? 'no pool',
    capacity: capacity ?? 'unknown',
    instanceType: instanceType ?? 'unknown',
    zone: zone ?? 'unknown',
    gpus: gpus ?? 0,
  };
}

function keyOf({ capacity, gpus, instanceType, pool, zone }: NodeGroup): string {
  return JSON.stringify([pool, capacity, instanceType, zone, gpus]);
}

function addSpan(seen: readonly Span[], minute: number): readonly Span[] {
  const last = seen.at(-1);
  if (last?.[1] === minute) return [...seen.slice(0, -1), [last[0], minute + 1]];
  return [...seen, [minute, minute + 1]];
}

function addRun(runs: readonly Run[], minute: number, nodes: number): readonly Run[] {
  const last = runs.at(-1);
  if (nodes === 0) return runs;
  if (last?.[1] === minute && last[2] === nodes) return [...runs.slice(0, -1), [last[0], minute + 1, nodes]];
  return [...runs, [minute, minute + 1, nodes]];
}
