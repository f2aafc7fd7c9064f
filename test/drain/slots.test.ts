import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Due, type Leave, openSlots, type Slots } from '../../functions/drain/slots.ts';

const drain = {};
const never = new AbortController().signal;
const wide = { most: 100, least: 1 };

/** Asks for `count` places at once; `inside` grows as they are given. */
function crowd(
  count: number,
  acquire: (signal: AbortSignal) => Promise<Leave>,
  signal = never,
): { readonly inside: Leave[] } {
  const inside: Leave[] = [];
  for (let at = 0; at < count; at++)
    void acquire(signal).then(
      (leave) => inside.push(leave),
      () => undefined,
    );
  return { inside };
}

/** Writes down who gets a turn through one budget, and lets the next one in. */
function passers(slots: Slots) {
  const order: string[] = [];
  const enter = async (name: string, whose: Due) => {
    const leave = await slots.acquire(['ns/a'], never, whose);
    order.push(name);
    leave();
  };
  return { enter, order };
}

test('no more than the total are inside, and each that leaves lets one in', async () => {
  const slots = openSlots({ most: 3, least: 1 }, wide);
  const { inside } = crowd(10, (signal) => slots.acquire([], signal, drain));
  await nextTurn();
  expect(inside).toHaveLength(3);
  for (const leave of inside.splice(0)) leave();
  await nextTurn();
  expect(inside).toHaveLength(3);
});

test('each budget has places of its own', async () => {
  const slots = openSlots(wide, { most: 2, least: 1 });
  const one = crowd(5, (signal) => slots.acquire(['ns/a'], signal, drain));
  const other = crowd(5, (signal) => slots.acquire(['ns/b'], signal, drain));
  await nextTurn();
  expect([one.inside.length, other.inside.length]).toEqual([2, 2]);
});

test('requests that meet overload together halve the width once, and good answers widen it again', async () => {
  const slots = openSlots({ most: 8, least: 2 }, wide);
  const { inside } = crowd(100, (signal) => slots.acquire([], signal, drain));
  await nextTurn();
  for (const leave of inside.splice(0)) leave('overloaded');
  await nextTurn();
  expect(inside).toHaveLength(4);
  for (let round = 0; round < 6; round++) {
    for (const leave of inside.splice(0)) leave();
    await nextTurn();
  }
  expect(inside).toHaveLength(8);
});

test('the width never falls below the least', async () => {
  const slots = openSlots({ most: 4, least: 2 }, wide);
  const { inside } = crowd(100, (signal) => slots.acquire([], signal, drain));
  for (let round = 0; round < 5; round++) {
    await nextTurn();
    for (const leave of inside.splice(0)) leave('overloaded');
  }
  await nextTurn();
  expect(inside).toHaveLength(2);
});

test('of several drains that wait, the one with the fewest turns is next', async () => {
  const slots = openSlots(wide, { most: 1, least: 1 });
  const { enter, order } = passers(slots);
  const leave = await slots.acquire(['ns/a'], never, drain);
  const late = {};
  const all = [
    enter('first of the early drain', drain),
    enter('second of the early drain', drain),
    enter('first of the late drain', late),
    enter('second of the late drain', late),
  ];
  leave();
  await Promise.all(all);
  expect(order).toEqual([
    'first of the late drain',
    'first of the early drain',
    'second of the late drain',
    'second of the early drain',
  ]);
});

test('a drain that is due sooner is next, however many turns it has had', async () => {
  const slots = openSlots(wide, { most: 1, least: 1 });
  const sooner = { deadline: new Date('2026-11-20T10:02:00Z') };
  const later = { deadline: new Date('2026-11-20T10:04:00Z') };
  const { enter, order } = passers(slots);
  const leave = await slots.acquire(['ns/a'], never, sooner);
  const all = [enter('never due', drain), enter('later', later), enter('sooner', sooner)];
  leave();
  await Promise.all(all);
  expect(order).toEqual(['sooner', 'later', 'never due']);
});

test('who gives up while waiting takes no place with it', async () => {
  const slots = openSlots({ most: 1, least: 1 }, wide);
  const first = await slots.acquire([], never, drain);
  const impatient = new AbortController();
  const refused = slots.acquire(['ns/a'], impatient.signal, drain);
  impatient.abort(new Error('the drain is over'));
  await expect(refused).rejects.toThrow('the drain is over');
  first();
  await expect(slots.acquire(['ns/a'], never, drain)).resolves.toBeTypeOf('function');
});
