import { isDeepStrictEqual } from 'node:util';
import type { LocatedInstance } from '../locate/located.ts';
import type { InstanceId } from '../signals/interruption.ts';
import type { Stored } from './row.ts';

/** An entry outlives a day without a pass; it is written anew when half of that is over. */
const LIFE_MS = 24 * 3600_000;

/** What a pass found, and what was known before it. */
export interface Findings {
  readonly nodes: readonly LocatedInstance[];
  /** Of the instances among `nodes`, as far as the index holds them. */
  readonly known: ReadonlyMap<InstanceId, Stored<LocatedInstance>>;
  /** Clusters that could not be listed to the end: what they hold is not known. */
  readonly unread: ReadonlySet<string>;
}

/**
 * Which nodes to write: new ones, changed ones, and those whose entry is half way to its end. An instance that two
 * clusters claim is left as it is indexed, or to EC2: its tags are harder to forge than a Node object.
 */
export function decideWrites(
  { nodes, known, unread }: Findings,
  now: Date,
): readonly Stored<LocatedInstance>[] {
  const claims = Map.groupBy(nodes, ({ instanceId }) => instanceId);
  return [...claims.values()].flatMap(([node, ...others]) => {
    if (!node || others.length > 0) return [];
    const before = known.get(node.instanceId);
    const moved = before && before.value.clusterName !== node.clusterName;
    if (moved && unread.has(before.value.clusterName)) return [];
    return isDue(before, node, now) ? [stored(node, now)] : [];
  });
}

/** Whether an entry has to be written for its value to be in the index, now and for the next half day. */
export function isDue<T>(before: Stored<T> | undefined, value: T, now: Date): boolean {
  if (!before || !isDeepStrictEqual(before.value, value)) return true;
  return before.expiresAt.getTime() - now.getTime() < LIFE_MS / 2;
}

export function stored<T>(value: T, now: Date): Stored<T> {
  return { value, expiresAt: new Date(now.getTime() + LIFE_MS) };
}
