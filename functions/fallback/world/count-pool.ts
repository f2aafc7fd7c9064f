import { relapseMinutes } from '../learn-hold.ts';
import { readFallbackSide } from './fallback-side.ts';
import { readPlaceholders } from './placeholders.ts';
import { readPodDemand } from './pod-demand.ts';
import type { PoolReading, PoolWorld } from './pool-world.ts';
import { incidentOf } from './return-marker.ts';
import { readSpotSide } from './spot-side.ts';

/** EC2's notice: a new node need not wait for the whole boot. */
const NOTICE_MINUTES = 2;
/** Where nobody says how large a pool may be. */
const UNBOUNDED = 10_000;

/** Counts what was read; pure. */
export function countPool(world: PoolWorld): PoolReading {
  const { definition, now, view } = world;
  const { bootMinutes, holdMinutes, maxDollarsPerHour, name, spot: groups, stepNodes } = definition;
  const sizes = (side: 'min' | 'max') =>
    groups.reduce((sum, { group, gpusPerNode }) => sum + group[side] * gpusPerNode, 0);
  const isKarpenters = groups.length === 0;
  const spot = readSpotSide(world);
  const placeholders = readPlaceholders(world);
  const sides = definition.fallbacks.map((each) => readFallbackSide(world, each));
  return {
    definition,
    now,
    region: world.region,
    incidents: incidentsOf(world),
    members: sides.flatMap(({ members }) => members),
    ...(world.scale?.type === 'missing' && { noPlaceholders: world.scale.reason }),
    ...(isKarpenters && view.karpenter?.type === 'missing' && { noClaims: view.karpenter.reason }),
    state: {
      pool: {
        name,
        minGpus: sizes('min'),
        maxGpus: isKarpenters ? UNBOUNDED : sizes('max'),
        relapseMinutes: relapseMinutes(bootMinutes, NOTICE_MINUTES),
        bootMinutes,
        stepNodes,
        asksForSpot: definition.wantedNodes !== undefined || placeholders !== undefined,
        ...(maxDollarsPerHour !== undefined && { maxDollarsPerHour }),
        ...(holdMinutes !== undefined && { holdMinutes }),
      },
      spot: { ...spot, ...(placeholders && { placeholders }) },
      pods: readPodDemand(world, spot),
      fallbacks: sides.map(({ group }) => group),
    },
  };
}

function incidentsOf({ definition, view }: PoolWorld): readonly string[] {
  const members = definition.spot.flatMap(({ group }) => group.members);
  return members.flatMap(({ instanceId }) => {
    const node = view.nodes.get(instanceId);
    return (node && incidentOf(node)) ?? [];
  });
}
