import { allKnowing } from './optimum.ts';
import { ours } from './ours.ts';
import { autoSpotting, fixedHold, immediate, skyServe, spotOnly } from './policies.ts';
import { type MarketSettings, type Replay, replayTrace } from './replay.ts';
import type { Trace } from './trace.ts';

export interface Comparison {
  readonly trace: Trace;
  readonly replays: readonly Replay[];
}

/** Plays one trace through this project's policy, its peers, fixed holds and the best possible schedule. */
export function comparePolicies(trace: Trace, settings: MarketSettings): Comparison {
  const policies = [
    ours(),
    spotOnly(),
    immediate(),
    autoSpotting(),
    skyServe(),
    ...[10, 20, 30, 60].map(fixedHold),
    allKnowing(trace, settings),
  ];
  return { trace, replays: policies.map((policy) => replayTrace(trace, policy, settings)) };
}

export interface Point {
  readonly policy: string;
  readonly availability: number;
  readonly relativeCost: number;
  readonly launchesPerDay: number;
  readonly minutesShort: number;
}

/** The mean of each policy over the traces; a trace counts once, however long. */
export function averagePolicies(comparisons: readonly Comparison[]): Point[] {
  const byPolicy = Map.groupBy(
    comparisons.flatMap((comparison) => comparison.replays),
    (replay) => replay.policy,
  );
  return [...byPolicy].map(([policy, replays]) => {
    const mean = (of: (replay: Replay) => number) =>
      replays.reduce((sum, replay) => sum + of(replay), 0) / replays.length;
    return {
      policy,
      availability: mean((replay) => replay.availability),
      relativeCost: mean((replay) => replay.relativeCost),
      launchesPerDay: mean((replay) => replay.launchesPerDay),
      minutesShort: mean((replay) => replay.minutesShort),
    };
  });
}
