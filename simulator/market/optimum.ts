import { spotOnly } from './policies.ts';
import type { MarketSettings, Policy } from './replay.ts';
import { countReady, replayTrace } from './replay.ts';
import type { Trace } from './trace.ts';

/**
 * The best schedule for one who knows the whole trace: the least of on-demand minutes + `shortMinuteWorth` × node-minutes short.
 * Node j is needed where at least j nodes are short, so each node is solved alone.
 */
export function allKnowing(
  trace: Trace,
  settings: MarketSettings,
  shortMinuteWorth = FULL_AVAILABILITY,
): Policy {
  const short = shortNodesByMinute(trace, settings);
  const schedule = new Uint16Array(short.length);
  for (let node = 1; node <= trace.wanted; node++) {
    const needed = Uint8Array.from(short, (count) => (count >= node ? 1 : 0));
    addBestSchedule(needed, settings.bootMinutes, shortMinuteWorth, schedule);
  }
  return {
    name: 'all-knowing',
    decide: ({ minute, wanted }) => ({ spot: wanted, fallback: schedule[minute] ?? 0 }),
  };
}

/** High enough that a day of on-demand is worth a minute short. */
const FULL_AVAILABILITY = 1440;

/** What spot alone lacks, minute by minute. */
export function shortNodesByMinute(trace: Trace, settings: MarketSettings): Uint16Array {
  const short = new Uint16Array(trace.capacityByMinute.length);
  const watching: Policy = {
    name: 'watching',
    decide(view) {
      short[view.minute] = view.wanted - countReady(view.spot, view.minute);
      return spotOnly().decide(view);
    },
  };
  replayTrace(trace, watching, settings);
  return short;
}

/**
 * Dynamic programming backwards in time over two states, `off` and `on`; a launch is a jump of the boot's length. Adds 1 to
 * `schedule` in each minute in which the node is billed.
 */
function addBestSchedule(needed: Uint8Array, boot: number, worth: number, schedule: Uint16Array): void {
  const end = needed.length;
  const off = new Float64Array(end + 1);
  const on = new Float64Array(end + 1);
  const launches = new Uint8Array(end);
  let shortWhileBooting = 0;
  for (let t = end - 1; t >= 0; t--) {
    shortWhileBooting += boot > 0 ? (needed[t] ?? 0) - (needed[t + boot] ?? 0) : 0;
    const stay = 1 + (on[t + 1] ?? 0);
    const ready = Math.min(t + boot, end);
    const launch = boot > 0 ? ready - t + worth * shortWhileBooting + (on[ready] ?? 0) : stay;
    const wait = worth * (needed[t] ?? 0) + (off[t + 1] ?? 0);
    launches[t] = launch < wait ? 1 : 0;
    off[t] = Math.min(launch, wait);
    on[t] = Math.min(stay, off[t] ?? 0);
  }
  for (let t = 0, running = false, readyAt = 0; t < end; t++) {
    if (running && t >= readyAt) running = 1 + (on[t + 1] ?? 0) <= (off[t] ?? 0);
    if (!running && launches[t]) {
      running = true;
      readyAt = t + boot;
    }
    if (running) schedule[t] = (schedule[t] ?? 0) + 1;
  }
}
