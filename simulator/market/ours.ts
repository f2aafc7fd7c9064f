import { type Decided, decide } from '../../functions/fallback/decide.ts';
import { classifyFailure } from '../../functions/fallback/failure.ts';
import { relapseMinutes } from '../../functions/fallback/learn-hold.ts';
import { EMPTY_MEMORY, type Memory } from '../../functions/fallback/memory.ts';
import type { Gpus, PoolState } from '../../functions/fallback/pool.ts';
import { countReady, type MarketSettings, type MarketView, type Policy, type Targets } from './replay.ts';

/**
 * This project's policy: the same `decide` that runs in the account, once a minute, with nodes of one GPU that drain at once.
 * `asksForSpot` false: the spot group comes back by itself, and is paid for beside the fallback while that holds.
 */
export function ours({ bootMinutes, noticeMinutes }: MarketSettings, asksForSpot = true): Policy {
  const choices = {
    bootMinutes,
    relapseMinutes: relapseMinutes(bootMinutes, noticeMinutes),
    asksForSpot,
  };
  let memory: Memory = EMPTY_MEMORY;
  return {
    name: 'spot-responder',
    decide(view) {
      const decided = decide(describePool(view, choices), memory, at(view.minute));
      memory = decided.memory;
      return act(decided, view);
    },
  };
}

const GROUP = 'on-demand';
const SPOT_FAILURE = classifyFailure(
  'Could not launch Spot Instances. UnfulfillableCapacity - Unable to fulfill capacity due to your request configuration.',
  { buys: 'spot', region: 'us-east-2', instanceTypes: ['p3.2xlarge'] },
);

function describePool(
  view: MarketView,
  choices: Pick<PoolState['pool'], 'bootMinutes' | 'relapseMinutes' | 'asksForSpot'>,
): PoolState {
  const { minute, wanted, fallback } = view;
  const failedAt = Math.max(view.lastSpotFailureAt ?? -1, view.lastWarnedFailureAt ?? -1);
  const doomed = new Set(view.doomed);
  const spot = view.spot.filter((instance) => !doomed.has(instance));
  return {
    pool: {
      name: 'trace',
      minGpus: 0,
      maxGpus: wanted,
      stepNodes: wanted,
      ...choices,
    },
    spot: {
      desiredGpus: wanted,
      gpusPerNode: 1,
      readyGpus: countReady(spot, minute),
      launching: spot
        .filter(({ readyAt }) => readyAt > minute)
        .map(({ launchedAt }): Gpus => ({ gpus: 1, since: at(launchedAt) })),
      doomed: view.doomed.map((): Gpus => ({ gpus: 1, since: at(minute) })),
      ...(failedAt >= 0 && { lastFailure: { kind: SPOT_FAILURE.kind, at: at(failedAt) } }),
      ...(view.lastSpotLaunchAt !== undefined && { lastLaunchAt: at(view.lastSpotLaunchAt) }),
    },
    pods: { boundGpus: 0, pending: [] },
    fallbacks: [
      {
        name: GROUP,
        priority: 0,
        gpusPerNode: 1,
        dollarsPerNodeHour: 1,
        maxNodes: wanted,
        desired: fallback.length,
        nodes: fallback.map(({ name, launchedAt }) => ({
          name,
          launchedAt: at(launchedAt),
          doNotDisrupt: false,
        })),
      },
    ],
  };
}

function act({ decision, ask }: Decided, { wanted, fallback }: MarketView): Targets {
  const spot = ask?.gpus ?? wanted;
  switch (decision.action) {
    case 'scale-out':
      return { spot, fallback: decision.launches[0]?.desired ?? fallback.length };
    case 'return':
      return { spot, fallback: fallback.length - decision.release.length };
    case 'refuse':
    case 'keep':
      return { spot, fallback: fallback.length };
  }
}

function at(minute: number): Date {
  return new Date(minute * 60_000);
}
