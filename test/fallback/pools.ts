import { decide } from '../../functions/fallback/decide.ts';
import type { Decision, Return } from '../../functions/fallback/decision.ts';
import type { Memory } from '../../functions/fallback/memory.ts';
import type { FallbackGroup, FallbackNode, PoolState } from '../../functions/fallback/pool.ts';

export function at(minute: number): Date {
  return new Date(minute * 60_000);
}

export function node(name: string, over: Partial<FallbackNode> = {}): FallbackNode {
  return { name, launchedAt: at(-60), doNotDisrupt: false, ...over };
}

export function group(over: Partial<FallbackGroup> = {}): FallbackGroup {
  const base = { name: 'on-demand', priority: 0, gpusPerNode: 1, dollarsPerNodeHour: 3, maxNodes: 16 };
  return { ...base, desired: over.nodes?.length ?? 0, nodes: [], ...over };
}

interface Overrides {
  readonly pool?: Partial<PoolState['pool']>;
  readonly spot?: Partial<PoolState['spot']>;
  readonly pods?: Partial<PoolState['pods']>;
  readonly fallbacks?: readonly FallbackGroup[];
}

/** 16 wanted spot GPUs, all ready, unless told otherwise. */
export function world({ pool, spot, pods, fallbacks }: Overrides = {}): PoolState {
  return {
    pool: {
      name: 'train',
      minGpus: 0,
      maxGpus: 16,
      relapseMinutes: 60,
      bootMinutes: 5,
      stepNodes: 16,
      asksForSpot: false,
      ...pool,
    },
    spot: { desiredGpus: 16, gpusPerNode: 1, readyGpus: 16, launching: [], doomed: [], ...spot },
    pods: { boundGpus: 0, pending: [], ...pods },
    fallbacks: fallbacks ?? [group()],
  };
}

export const CAPACITY = 'CAPACITY' as const;

export function returning(part: Partial<Return>): Return {
  return { action: 'return', release: [], drain: [], terminate: [], restore: [], ...part };
}

/** Runs once a minute over a world that does not change. */
export function runMinutes(state: PoolState, memory: Memory, from: number, to: number) {
  const decisions: Decision[] = [];
  let carried = memory;
  let holdMinutes = 0;
  for (let minute = from; minute <= to; minute++) {
    const next = decide(state, carried, at(minute));
    carried = next.memory;
    holdMinutes = next.holdMinutes;
    decisions.push(next.decision);
  }
  return { decisions, memory: carried, holdMinutes };
}
