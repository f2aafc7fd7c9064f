import { expect, test } from 'vitest';
import { hurry, type SaveTimes, saveTimes } from '../../functions/checkpoint/timeline.ts';

const noticedAt = new Date('2026-01-01T00:00:00Z');
const at = (seconds: number) => new Date(noticedAt.getTime() + seconds * 1000);
const spot = { noticedAt, deadline: at(120), giveUpAt: at(120) };
const open = { noticedAt, giveUpAt: at(780) };
const spoken = { acknowledging: { by: 'annotation' } } as const;
const silent = { acknowledging: { by: 'none', why: '' } } as const;
const marker = { acknowledging: { by: 'marker', place: { bucket: 'b', path: '' } } } as const;

const inSeconds = ({ deadline, overrideAt, saveUntil, startBy }: SaveTimes) =>
  [startBy, saveUntil, overrideAt, deadline].map((moment) => (moment.getTime() - noticedAt.getTime()) / 1000);

test.each([
  ['a spot notice, asked at T+4', spot, spoken, 4, [20, 95, 105, 120]],
  ['an event that came late still gives the kubelet its sync', spot, spoken, 50, [58, 95, 105, 120]],
  ['so late that nothing fits', spot, spoken, 100, [95, 95, 105, 120]],
  ["the job's own time-out", spot, { ...spoken, timeoutSeconds: 40 }, 4, [20, 44, 105, 120]],
  ['a time-out shorter than the start', spot, { ...spoken, timeoutSeconds: 10 }, 4, [14, 14, 105, 120]],
  ['a time-out longer than the notice', spot, { ...spoken, timeoutSeconds: 900 }, 4, [20, 95, 105, 120]],
  ['a job that acknowledges nothing', spot, silent, 4, [79, 79, 105, 120]],
  ['a marker says no Started', spot, marker, 4, [95, 95, 105, 120]],
  ['a rebalance', open, spoken, 4, [20, 604, 614, 629]],
  ['a rebalance, with a time-out', open, { ...spoken, timeoutSeconds: 60 }, 4, [20, 64, 74, 89]],
  ['a rebalance to a job that acknowledges nothing', open, silent, 4, [79, 79, 89, 104]],
  ['no deadline, but this run ends', { ...open, giveUpAt: at(300) }, spoken, 4, [20, 275, 285, 300]],
])('%s', (_, occasion, options, asked, expected) => {
  expect(inSeconds(saveTimes(occasion, options, at(asked)))).toEqual(expected);
});

test('another node that goes earlier takes the time along, one that goes later gives none', () => {
  const times = saveTimes(spot, spoken, at(4));
  expect(inSeconds(hurry(times, at(100)))).toEqual([20, 75, 105, 100]);
  expect(inSeconds(hurry(times, at(40)))).toEqual([15, 15, 105, 40]);
  expect(hurry(times, at(200))).toBe(times);
});
