import type { Trace } from '../../simulator/market/trace.ts';

/** Markets that nobody has recorded, for a policy that was looked at on recorded ones: a week of sixteen nodes, by a seed. */
export const MARKETS = {
  'on and off, now and then for long': (random: Random) => onAndOff(() => lognormal(random, 50, 1.3)),
  'on and off without memory': (random: Random) => onAndOff((isOn) => exponential(random, isOn ? 240 : 90)),
  'a level that wanders with the day': wandering,
  'calm days, flapping hours and droughts': regimes,
  'long calm, then bursts of losses': bursts,
} as const;

type Random = () => number;

const NODES = 16;
const STEP_MINUTES = 5;
const STEPS = (7 * 1440) / STEP_MINUTES;

/** What a zone has, from step to step; cut to what is wanted. */
export function trace(name: string, next: (step: number) => number): Trace {
  const capacityByMinute: number[] = [];
  for (let step = 0; step < STEPS; step++) {
    const nodes = Math.round(Math.max(0, Math.min(NODES, next(step))));
    for (let minute = 0; minute < STEP_MINUTES; minute++) capacityByMinute.push(nodes);
  }
  return { name, wanted: NODES, capacityByMinute };
}

function onAndOff(minutes: (isOn: boolean) => number): (step: number) => number {
  let [isOn, left] = [true, 120];
  return () => {
    left -= STEP_MINUTES;
    if (left <= 0) {
      isOn = !isOn;
      left = minutes(isOn);
    }
    return isOn ? NODES : 0;
  };
}

function wandering(random: Random): (step: number) => number {
  let level = 10;
  return (step) => {
    const usual = 12 + 5 * Math.sin((2 * Math.PI * step * STEP_MINUTES) / 1440);
    level += 0.05 * (usual - level) + 1.2 * normal(random);
    return level;
  };
}

function regimes(random: Random): (step: number) => number {
  const lengths = [900, 300, 500] as const;
  let [mode, left, nodes] = [0, 600, NODES];
  return () => {
    left -= STEP_MINUTES;
    if (left <= 0) {
      mode = Math.floor(random() * lengths.length);
      left = exponential(random, lengths[mode] ?? 0);
    }
    if (mode === 0) nodes = NODES;
    else if (mode === 1) nodes = random() < 0.25 ? Math.floor(random() * (NODES + 1)) : nodes;
    else nodes = random() < 0.05 ? Math.floor(random() * 4) : Math.min(nodes, 4);
    return nodes;
  };
}

function bursts(random: Random): (step: number) => number {
  let [calm, burst] = [300, 0];
  return () => {
    if (burst > 0) {
      burst -= 1;
      return random() < 0.4 ? NODES * random() : NODES;
    }
    calm -= STEP_MINUTES;
    if (calm <= 0) {
      burst = 4 + Math.floor(random() * 12);
      calm = exponential(random, 500);
    }
    return NODES;
  };
}

function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random());
}

function lognormal(random: Random, median: number, spread: number): number {
  return median * Math.exp(spread * normal(random));
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
