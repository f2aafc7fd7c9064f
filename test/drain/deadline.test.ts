import { expect, test } from 'vitest';
import { timeline } from '../../functions/drain/deadline.ts';

const noticedAt = new Date('2026-11-24T06:00:00Z');
const at = (seconds: number) => new Date(noticedAt.getTime() + seconds * 1000);
const spotNotice = timeline(at(120), 'hard');

test.each([
  { podGrace: 30, now: 0, grace: 30 },
  { podGrace: 300, now: 0, grace: 118 },
  { podGrace: 30, now: 90, grace: 28 },
  { podGrace: 300, now: 90, grace: 28 },
  { podGrace: 300, now: 90.7, grace: 27 },
  { podGrace: 5, now: 105, grace: 5 },
  { podGrace: 30, now: 118, grace: 1 },
  { podGrace: 30, now: 500, grace: 1 },
  { podGrace: 0, now: 0, grace: 1 },
])('a grace of $podGrace s at T+$now of 120 becomes $grace s', ({ podGrace, now, grace }) => {
  expect(spotNotice.graceFor(podGrace, at(now))).toBe(grace);
});

test.each([
  { podGrace: 1, override: 105 },
  { podGrace: 15, override: 105 },
  { podGrace: 20, override: 100 },
  { podGrace: 30, override: 90 },
  { podGrace: 31, override: 90 },
  { podGrace: 3600, override: 90 },
])(
  'a pod with $podGrace s of grace is deleted past its budget at T+$override of 120',
  ({ podGrace, override }) => {
    expect(spotNotice.overrideAt(podGrace)).toEqual(at(override));
  },
);

test.each([
  ['soft with a deadline', timeline(at(120), 'soft')],
  ['hard without a deadline', timeline(undefined, 'hard')],
  ['soft without a deadline', timeline(undefined, 'soft')],
] as const)('%s: pods keep their grace and no budget is overridden', (_, times) => {
  expect(times.graceFor(30, at(119))).toBeUndefined();
  expect(times.overrideAt(30)).toBeUndefined();
});
