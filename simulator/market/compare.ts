import { holdInHindsight } from './hindsight.ts';
import { allKnowing } from './optimum.ts';
import { ours } from './ours.ts';
import { autoSpotting, fixedHold, immediate, skyServe, spotOnly } from './policies.ts';
import { type MarketSettings, type Policy, type Replay, replayTrace } from './replay.ts';
import type { Trace } from './trace.ts';

export interface Comparison {
  readonly trace: Trace;
  readonly replays: readonly Replay[];
}

/**
 * Plays one trace through this project's policy, its peers, fixed holds and the best possible schedule. EC2's notice is
 * seen by this project and by AutoSpotting, as in their code; the others, and one row of ours, go without.
 */
export function comparePolicies(trace: Trace, settings: MarketSettings): Comparison {
  const blind = { ...settings, noticeMinutes: 0 };
  const policies = [
    ours(settings),
    named('spot-responder, no notice', unwarned(ours(blind))),
    named('spot-responder, spot by itself', ours(settings, false)),
    spotOnly(),
    unwarned(immediate()),
    autoSpotting(),
    unwarned(skyServe()),
    ...[10, 20, 30, 60].map((minutes) => unwarned(fixedHold(minutes))),
    named('hold 30 min, notice', fixedHold(30)),
    holdInHindsight(trace, blind),
    allKnowing(trace, blind),
  ];
  return { trace, replays: policies.map((policy) => replayTrace(trace, policy, settings)) };
}

/** The policy hears of no notice. */
function unwarned(policy: Policy): Policy {
  return {
    name: policy.name,
    decide: ({ lastWarnedFailureAt: _, ...view }) => policy.decide({ ...view, doomed: [] }),
  };
}

function named(name: string, policy: Policy): Policy {
  return { ...policy, name };
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
