import { scaledClock } from '../../functions/clock.ts';
import { addressOf } from './embedded-deps.ts';
import type { ReplayOptions } from './options.ts';
import type { ReplayWorld } from './replay-world.ts';
import type { Scenario } from './scenarios.ts';
import { seed } from './seed.ts';
import { type EmbeddedWorld, startWorld } from './world.ts';

/** A scenario's world with the cluster in memory too, on a fast clock. */
export async function openSimulatedWorld(scenario: Scenario, { speed }: ReplayOptions): Promise<ReplayWorld> {
  const world = await startWorld(scaledClock(speed ?? scenario.speed));
  const { clock, cluster } = world;
  let before = 0;
  return {
    clock,
    address: addressOf(world),
    account: world.account,
    fill: async (plan) => seed(world, plan),
    begin: async () => {
      before = cluster.requests.length;
      if (scenario.apiServerDelayMs)
        cluster.inject({ match: () => true, fault: { type: 'slow', ms: scenario.apiServerDelayMs } });
    },
    seen: async () => ({ requests: countRequests(world, before), evictedTwice: countEvictedTwice(world) }),
    close: world.close,
  };
}

function countEvictedTwice({ cluster }: EmbeddedWorld): number {
  const accepted = Map.groupBy(cluster.evictions, ({ uid }) => uid);
  return [...accepted.values()].filter(({ length }) => length > 1).length;
}

/** Without the first ones, which are the index's. */
export function countRequests({ cluster }: EmbeddedWorld, after: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { resource, verb } of cluster.requests.slice(after))
    counts[`${verb} ${resource}`] = (counts[`${verb} ${resource}`] ?? 0) + 1;
  return counts;
}
