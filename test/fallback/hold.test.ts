import { expect, test } from 'vitest';
import { rememberShortage } from '../../functions/fallback/hold.ts';
import { EMPTY_MEMORY } from '../../functions/fallback/pool.ts';
import { at } from './pools.ts';

/** Shortages of `gpus` for 5 minutes, each followed by `gap` minutes without. */
function flap(gap: number, times: number, gpus = 4) {
  let memory = EMPTY_MEMORY.hold;
  let hold = rememberShortage(memory, 0, 30, at(0));
  for (let minute = 0; minute < times * (gap + 5); minute++) {
    hold = rememberShortage(memory, minute % (gap + 5) < 5 ? gpus : 0, 30, at(minute));
    memory = hold.memory;
  }
  return hold;
}

test('with no past it holds for the break-even', () => {
  expect(flap(40, 1).minutes).toBe(30);
});

test.each([
  ['flaps every 20 minutes: keeps the break-even, which covers it', 20, 30],
  ['flaps every 38 minutes: holds just beyond', 38, 40],
  ['comes back for three hours: lets go at the shortest', 180, 15],
])('a pool that %s', (_, gap, minutes) => {
  expect(flap(gap, 12).minutes).toBe(minutes);
});

test('it keeps the largest recent shortage, then the next smaller one', () => {
  let memory = EMPTY_MEMORY.hold;
  const kept = new Map<number, number>();
  for (let minute = 0; minute <= 60; minute++) {
    const hold = rememberShortage(memory, minute === 0 ? 8 : minute === 10 ? 3 : 0, 30, at(minute));
    memory = hold.memory;
    kept.set(minute, hold.keepGpus);
  }
  expect([0, 29, 30, 39, 40].map((minute) => kept.get(minute))).toEqual([8, 8, 3, 3, 0]);
});

test('the memory stays small however long the pool flaps', () => {
  const { memory } = flap(7, 500);
  expect(memory.gaps.length).toBeLessThanOrEqual(64);
  expect(memory.peaks.length).toBeLessThanOrEqual(4);
});
