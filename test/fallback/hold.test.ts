import { expect, test } from 'vitest';
import { rememberShortage } from '../../functions/fallback/hold.ts';
import { EMPTY_MEMORY, type HoldMemory } from '../../functions/fallback/memory.ts';
import { at } from './pools.ts';

const CHOICES = { relapseMinutes: 60, bootMinutes: 1, gpusPerStep: 1 };

/** Runs once a minute; `shortAt` says what is short. */
function live(minutes: number, shortAt: (minute: number) => number, choices = CHOICES) {
  let memory: HoldMemory = EMPTY_MEMORY.hold;
  const kept: number[] = [];
  for (let minute = 0; minute < minutes; minute++) {
    const hold = rememberShortage(memory, shortAt(minute), choices, at(minute));
    memory = hold.memory;
    kept.push(hold.keepGpus);
  }
  return { memory, kept };
}

/** Shortages of `gpus` for 5 minutes, each followed by `gap` minutes without. */
const flapping = (gap: number, gpus: number) => (minute: number) => (minute % (gap + 5) < 5 ? gpus : 0);

/** Minutes that one GPU was held in the last of many gaps. */
function heldInLastGap(gap: number): number {
  const { kept } = live(30 * (gap + 5), flapping(gap, 1));
  return kept.slice(-gap).filter((gpus) => gpus > 0).length;
}

test.each([
  ['flaps every 20 minutes is held through', 20, 20],
  ['flaps every 35 minutes is held through', 35, 35],
])('a pool that %s', (_, gap, minutes) => {
  expect(heldInLastGap(gap)).toBe(minutes);
});

test('a pool whose spot stays for hours is let go early', () => {
  expect(heldInLastGap(300)).toBeLessThan(10);
});

test('a level that is short more rarely is let go earlier', () => {
  // One is short every 25 minutes, eight only with every tenth of these shortages.
  const shortAt = (minute: number) => (minute % 25 < 5 ? (Math.floor(minute / 25) % 10 === 0 ? 8 : 1) : 0);
  const { kept } = live(25 * 61, shortAt);
  const afterEight = kept.slice(25 * 60 + 5, 25 * 61);
  expect(afterEight.indexOf(7)).toBeLessThan(10);
  expect(afterEight.at(-1)).toBe(1);
});

test('it keeps the largest recent shortage, then step by step the next smaller one', () => {
  const { kept } = live(60, (minute) => (minute === 0 ? 8 : minute === 10 ? 3 : 0));
  const steps = kept.filter((gpus, i) => gpus !== kept[i - 1]);
  expect(steps).toEqual([8, 6, 4, 3, 2, 1, 0]);
});

test('no more than a quarter is given back in the time of a boot', () => {
  const { kept } = live(120, (minute) => (minute === 0 ? 16 : 0), { ...CHOICES, bootMinutes: 5 });
  const lowered = kept.flatMap((gpus, minute) => (gpus < (kept[minute - 1] ?? 0) ? [minute] : []));
  for (const [i, minute] of lowered.entries()) {
    expect(minute - (lowered[i - 1] ?? -5)).toBeGreaterThanOrEqual(5);
    const before = kept[minute - 1] ?? 0;
    expect(before - (kept[minute] ?? 0)).toBeLessThanOrEqual(Math.ceil(before / 4));
  }
});

test('before it has learned, what was given back and is short again at once doubles the next hold', () => {
  let memory: HoldMemory = EMPTY_MEMORY.hold;
  const run = (minute: number, short: number) => {
    const hold = rememberShortage(memory, short, CHOICES, at(minute));
    memory = hold.memory;
    return hold;
  };
  const usual = run(0, 1).minutes;
  let minute = 1;
  while (run(minute, 0).keepGpus > 0) minute += 1;
  expect(run(minute + 1, 1).minutes).toBeGreaterThanOrEqual(2 * (usual - 1));
});

test('the memory stays small however long the pool flaps', () => {
  const { memory } = live(500 * 12, flapping(7, 4));
  expect(memory.gaps.length).toBeLessThanOrEqual(128);
  expect(memory.peaks.length).toBeLessThanOrEqual(4);
});

test('what is given back in one step is a whole node', () => {
  const choices = { ...CHOICES, gpusPerStep: 4 };
  const { kept } = live(60, (minute) => (minute === 0 ? 8 : 0), choices);
  expect(kept.filter((gpus, i) => gpus !== kept[i - 1])).toEqual([8, 4, 0]);
});
