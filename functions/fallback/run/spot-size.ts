import type { Decided } from '../decide.ts';
import type { PoolReading } from '../world/pool-world.ts';

/** The spot group's desired capacity, where it is ours to set and not what it should be. */
export function spotSizeToSet(
  { definition }: PoolReading,
  { ask }: Decided,
): { readonly group: string; readonly desired: number } | undefined {
  const [spot] = definition.spot;
  if (!ask || !spot || definition.wantedNodes === undefined) return undefined;
  const { group, gpusPerNode } = spot;
  const wanted = Math.ceil(ask.gpus / gpusPerNode);
  // Never below what runs: Auto Scaling would pick a victim.
  const desired = Math.min(group.max, Math.max(group.min, wanted, group.members.length));
  return desired === group.desired ? undefined : { group: group.name, desired };
}
