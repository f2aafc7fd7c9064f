import type { Trace } from './trace.ts';

export interface MarketSettings {
  readonly bootMinutes: number;
  /** Price of a spot node, as a part of an on-demand node's. */
  readonly spotPrice: number;
  /** How long before a spot node is lost its loss is known; EC2 gives 2. */
  readonly noticeMinutes: number;
}

export interface Instance {
  readonly name: string;
  readonly launchedAt: number;
  readonly readyAt: number;
}

/** What a policy sees in one minute. Times are minutes since the trace began. */
export interface MarketView {
  readonly minute: number;
  readonly wanted: number;
  readonly spot: readonly Instance[];
  readonly fallback: readonly Instance[];
  /** Of `spot`: under notice. */
  readonly doomed: readonly Instance[];
  /** The spot group asked for more than there was. */
  readonly lastSpotFailureAt?: number;
  /** It asked for what shall replace the nodes under notice, in vain. */
  readonly lastWarnedFailureAt?: number;
  readonly lastSpotLaunchAt?: number;
}

/** Absolute group sizes. Surplus instances leave youngest first. */
export interface Targets {
  readonly spot: number;
  readonly fallback: number;
}

export interface Policy {
  readonly name: string;
  decide(view: MarketView): Targets;
}

export interface Replay {
  readonly policy: string;
  /** Part of the wanted node-minutes that was up. */
  readonly availability: number;
  /** Over the cost of holding all wanted nodes on demand. */
  readonly relativeCost: number;
  /** On-demand nodes launched per day. */
  readonly launchesPerDay: number;
  /** Minutes with fewer nodes up than wanted. */
  readonly minutesShort: number;
  /** Instances per minute, for the charts. */
  readonly spotByMinute: Uint16Array;
  readonly fallbackByMinute: Uint16Array;
}

/** Plays a trace through one policy, a minute at a time. Nodes are billed from their launch, and up after the boot. */
export function replayTrace(trace: Trace, policy: Policy, settings: MarketSettings): Replay {
  const market = openMarket(trace, policy, settings);
  const minutes = trace.capacityByMinute.length;
  const spotByMinute = new Uint16Array(minutes);
  const fallbackByMinute = new Uint16Array(minutes);
  let upMinutes = 0;
  let cost = 0;
  let minutesShort = 0;
  for (let minute = 0; minute < minutes; minute++) {
    const { spot, fallback } = market.advance(minute);
    const up = Math.min(trace.wanted, countReady(spot, minute) + countReady(fallback, minute));
    upMinutes += up;
    cost += spot.length * settings.spotPrice + fallback.length;
    if (up < trace.wanted) minutesShort++;
    spotByMinute[minute] = spot.length;
    fallbackByMinute[minute] = fallback.length;
  }
  const wantedMinutes = minutes * trace.wanted;
  return {
    policy: policy.name,
    availability: upMinutes / wantedMinutes,
    relativeCost: cost / wantedMinutes,
    launchesPerDay: market.fallbackLaunches() / (minutes / 1440),
    minutesShort,
    spotByMinute,
    fallbackByMinute,
  };
}

export function countReady(instances: readonly Instance[], minute: number): number {
  return instances.reduce((count, instance) => count + (instance.readyAt <= minute ? 1 : 0), 0);
}

function openMarket(trace: Trace, policy: Policy, { bootMinutes, noticeMinutes }: MarketSettings) {
  let spot: Instance[] = [];
  let fallback: Instance[] = [];
  let spotTarget = trace.wanted;
  let launched = 0;
  const seen: Writable<Pick<MarketView, 'lastSpotFailureAt' | 'lastWarnedFailureAt' | 'lastSpotLaunchAt'>> =
    {};
  const leastSoon = leastWithin(trace.capacityByMinute, noticeMinutes);

  function fillSpot(minute: number, capacity: number): void {
    const before = spot.length;
    // The trace begins with its nodes up.
    const boot = minute === 0 ? 0 : bootMinutes;
    spot = resize(spot, Math.min(spotTarget, capacity), minute, boot);
    if (spot.length > before) seen.lastSpotLaunchAt = minute;
    if (spotTarget > capacity) seen.lastSpotFailureAt = minute;
  }

  function advance(minute: number) {
    const capacity = trace.capacityByMinute[minute] ?? 0;
    spot = spot.slice(0, capacity);
    fillSpot(minute, capacity);
    const doomed = spot.slice(leastSoon[minute] ?? 0);
    if (doomed.length > 0) seen.lastWarnedFailureAt = minute;
    const targets = policy.decide({ minute, wanted: trace.wanted, spot, fallback, doomed, ...seen });
    spotTarget = targets.spot;
    fillSpot(minute, capacity);
    launched += Math.max(0, targets.fallback - fallback.length);
    fallback = resize(fallback, targets.fallback, minute, bootMinutes);
    return { spot, fallback };
  }

  return { advance, fallbackLaunches: () => launched };
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The least capacity of each minute and the `minutes` after it. */
function leastWithin(capacityByMinute: readonly number[], minutes: number): readonly number[] {
  return capacityByMinute.map((_, minute) =>
    Math.min(...capacityByMinute.slice(minute, minute + minutes + 1)),
  );
}

function resize(instances: readonly Instance[], size: number, minute: number, boot: number): Instance[] {
  const kept = instances.slice(0, Math.max(0, size));
  const missing = Math.max(0, size - kept.length);
  // The youngest leave first, so within one minute a position is never used twice.
  const added = Array.from({ length: missing }, (_, i) => ({
    name: `${minute}-${kept.length + i}`,
    launchedAt: minute,
    readyAt: minute + boot,
  }));
  return [...kept, ...added];
}
