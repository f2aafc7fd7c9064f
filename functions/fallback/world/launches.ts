import { classifyFailure } from '../failure.ts';
import type { Group } from '../groups/port.ts';
import type { Failure } from '../pool.ts';
import type { PoolWorld } from './pool-world.ts';

/** The newest failed launch of the groups, sorted and with its remedy. */
export function newestFailure(
  { launches, now, region }: PoolWorld,
  groups: readonly Group[],
  buys: 'spot' | 'on-demand',
): Failure | undefined {
  const suspended = groups.find(({ isSuspended }) => isSuspended);
  if (suspended)
    return {
      kind: 'CONFIG',
      at: now,
      remedy: `Resume the process Launch of group ${suspended.name}; somebody has suspended it.`,
    };
  const names = new Set(groups.map(({ name }) => name));
  const failed = launches.find(({ group, result }) => result === 'failed' && names.has(group));
  if (!failed) return undefined;
  const group = groups.find(({ name }) => name === failed.group);
  const { isKnown, kind, remedy } = classifyFailure(failed.message, {
    buys: group?.buys ?? buys,
    region,
    instanceTypes: group?.instanceTypes ?? [],
  });
  const stopsPool = kind === 'CONFIG' && isKnown;
  return { kind, at: failed.at, remedy, ...(stopsPool && { stopsPool }) };
}

export function newestLaunch({ launches }: PoolWorld, groups: readonly Group[]): Date | undefined {
  const names = new Set(groups.map(({ name }) => name));
  return launches.find(({ group, result }) => result === 'launched' && names.has(group))?.at;
}
