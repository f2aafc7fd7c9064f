import { expect, test } from 'vitest';
import { dollarsOf, monthOf, usageOf } from '../../e2e/cost/month.ts';

const calls = [
  { service: 'dynamodb', operation: 'PutItem', units: 1 },
  { service: 'dynamodb', operation: 'BatchGetItem', units: 25 },
  { service: 'dynamodb', operation: 'Query', units: 1 },
  { service: 'events', operation: 'PutEvents', units: 3 },
  { service: 'sqs', operation: 'SendMessage', units: 1 },
];
const nothing = usageOf([], [], 0);

test('usage counts calls by what AWS bills them as', () => {
  expect(usageOf(calls, [{ memoryMegabytes: 512, milliseconds: [1_000, 3_000] }], 2)).toEqual({
    gigabyteSeconds: 2,
    invocations: 2,
    tableReads: 26,
    tableWrites: 1,
    queueRequests: 7,
    busEvents: 3,
    secretCalls: 0,
  });
});

test('nothing costs nothing', () => {
  expect(dollarsOf(nothing)).toBe(0);
});

test('a month grows with its interruptions, from what runs each minute', () => {
  const perInterruption = usageOf(calls, [{ memoryMegabytes: 1_024, milliseconds: [20_000] }], 3);
  const month = (interruptions: number) =>
    monthOf(nothing, perInterruption, interruptions, [{ mostConcurrent: 2 }], 1).total;
  expect(month(1_000) - month(0)).toBeCloseTo(1_000 * dollarsOf(perInterruption), 6);
  expect(month(0)).toBeGreaterThan(0.4);
});

test('an empty queue is asked by two pollers, by five where its concurrency is bounded', () => {
  const polling = (mappings: { mostConcurrent?: number }[]) =>
    monthOf(nothing, nothing, 0, mappings, 0).polling;
  expect(polling([{ mostConcurrent: 2 }]) / polling([{}])).toBeCloseTo(2.5, 6);
});

test('the free tier takes away no more than there is', () => {
  const idle = monthOf(nothing, nothing, 0, [{}], 0);
  // Of a month without functions, what is written into the table each minute remains.
  expect(idle.withFreeTier).toBeCloseTo(43_800 * 0.625e-6, 6);
  const busy = monthOf(
    nothing,
    usageOf([], [{ memoryMegabytes: 1_024, milliseconds: [20_000] }], 0),
    1e6,
    [],
    0,
  );
  expect(busy.total - busy.withFreeTier).toBeCloseTo(400_000 * 0.0000133334 + 0.2 + 2 * 43_800 * 1e-6, 4);
});
