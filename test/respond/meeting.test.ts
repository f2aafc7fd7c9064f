import fc from 'fast-check';
import { expect, test } from 'vitest';
import { meetingBefore } from '../../functions/respond/meeting.ts';

const at = (time: string) => new Date(`2026-11-26T${time}Z`);

test.each([
  ['the last ten minutes before it must leave', '10:14:30', '10:00:00', '10:10:00'],
  ['the same for a run that began later', '10:19:59', '10:05:29', '10:10:00'],
  ['one that begins at a meeting goes on until the next', '10:24:35', '10:10:05', '10:20:00'],
  ['on the dot', '10:10:00', '10:00:00', '10:10:00'],
  ['too short a time before it: when it must', '10:12:00', '10:08:00', '10:12:00'],
])('%s', (_, latest, now, meeting) => {
  expect(meetingBefore(at(latest), at(now))).toEqual(at(meeting));
});

test('never later than it must, never in the past, and wherever runs of 15 minutes begin they soon leave together', () => {
  const start = at('00:00:00').getTime();
  const second = fc.integer({ min: 0, max: 86_400 });
  fc.assert(
    fc.property(fc.array(second, { minLength: 2, maxLength: 20 }), (starts) => {
      const leaves = starts.map((each) => {
        let now = new Date(start + each * 1_000);
        while (now.getTime() < start + 2 * 86_400_000) {
          const latest = new Date(now.getTime() + 14.5 * 60_000);
          const meeting = meetingBefore(latest, now);
          expect(meeting.getTime()).toBeLessThanOrEqual(latest.getTime());
          expect(meeting.getTime() - now.getTime()).toBeGreaterThanOrEqual(4 * 60_000);
          // The successor comes a few seconds later.
          now = new Date(meeting.getTime() + 6_000);
        }
        return now.getTime();
      });
      expect(new Set(leaves).size).toBe(1);
    }),
    { numRuns: 50 },
  );
});
