import { expect, test } from 'vitest';
import { priceAt, rangeOf, toSeries } from '../../functions/prices/spot-series.ts';

const item = (SpotPrice: string, Timestamp: string, AvailabilityZone = 'us-east-1a') => ({
  InstanceType: 'g5.xlarge',
  AvailabilityZone,
  SpotPrice,
  Timestamp,
});

const [series] = toSeries([
  item('0.5000', '2026-11-20T12:30:00Z'),
  item('0.4000', '2026-11-20T10:00:00Z'),
  item('0.6000', '2026-11-20T12:45:00+00:00'),
]);
if (!series) throw new Error('no series');

test('changes are put in order of time, whatever order AWS gives', () => {
  expect(series.changes.map(({ dollars }) => dollars)).toEqual([0.4, 0.5, 0.6]);
});

test('zones of one type are series of their own', () => {
  const two = toSeries([
    item('0.4', '2026-11-20T10:00:00Z'),
    item('0.3', '2026-11-20T10:00:00Z', 'us-east-1b'),
  ]);
  expect(two.map(({ zone }) => zone)).toEqual(['us-east-1a', 'us-east-1b']);
});

test.each([
  ['before the first known change', '2026-11-20T09:59:59Z', undefined],
  ['at a change', '2026-11-20T10:00:00Z', 0.4],
  ['between changes', '2026-11-20T12:44:59Z', 0.5],
  ['after the last', '2026-11-21T00:00:00Z', 0.6],
])('the price %s', (_, at, dollars) => {
  expect(priceAt(series, new Date(at))).toBe(dollars);
});

test('within an hour each price weighs as long as it held', () => {
  const range = rangeOf(series, new Date('2026-11-20T12:00:00Z'), new Date('2026-11-20T13:00:00Z'));
  // 30 min at 0.40, 15 at 0.50, 15 at 0.60.
  expect(range).toEqual({ low: 0.4, high: 0.6, mean: expect.closeTo(0.475, 10) });
});

test('time before the first known change counts for nothing', () => {
  const range = rangeOf(series, new Date('2026-11-20T09:00:00Z'), new Date('2026-11-20T11:00:00Z'));
  expect(range).toEqual({ low: 0.4, high: 0.4, mean: expect.closeTo(0.4, 10) });
  expect(rangeOf(series, new Date('2026-11-20T08:00:00Z'), new Date('2026-11-20T09:00:00Z'))).toBeUndefined();
});
