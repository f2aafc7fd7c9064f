import { expect, test, vi } from 'vitest';
import { seeded } from '../../bench/seeded.ts';
import { allKnowing } from '../../simulator/market/optimum.ts';
import { ours } from '../../simulator/market/ours.ts';
import { fixedHold } from '../../simulator/market/policies.ts';
import { type Policy, replayTrace } from '../../simulator/market/replay.ts';
import type { Trace } from '../../simulator/market/trace.ts';
import { MARKETS, trace } from './generated-markets.ts';

/** The aim that recorded traces are held to, on markets that no figure of the policy was chosen by. */
vi.setConfig({ testTimeout: 120_000 });

const SETTINGS = { bootMinutes: 5, spotPrice: 0.3, noticeMinutes: 2 };
const UNWARNED = { ...SETTINGS, noticeMinutes: 0 };
const SEEDS = [1, 2, 3];

function mean(traces: readonly Trace[], policy: (of: Trace) => Policy, settings = UNWARNED) {
  const replays = traces.map((each) => replayTrace(each, policy(each), settings));
  const of = (what: 'availability' | 'relativeCost') =>
    replays.reduce((sum, replay) => sum + replay[what], 0) / replays.length;
  return { availability: of('availability'), cost: of('relativeCost') };
}

test.each(Object.entries(MARKETS))(
  '%s: no less up than by a thirty-minute hold, for at most 1.04 times what the all-knowing pays',
  (name, market) => {
    const traces = SEEDS.map((seed) => trace(`${name} ${seed}`, market(seeded(seed))));
    const mine = mean(traces, () => ours(SETTINGS), SETTINGS);
    const hold = mean(traces, () => fixedHold(30));
    const best = mean(traces, (each) => allKnowing(each, UNWARNED));
    if (process.env.MARKET_FIGURES)
      console.log(name, mine, hold, mine.cost / best.cost, hold.cost / best.cost);
    expect(mine.availability).toBeGreaterThanOrEqual(hold.availability);
    expect(mine.cost).toBeLessThanOrEqual(1.04 * best.cost);
  },
);
