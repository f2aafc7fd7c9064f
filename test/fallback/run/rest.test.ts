import { expect, test } from 'vitest';
import type { PassReport } from '../../../functions/fallback/run/pass.ts';
import { openRest } from '../../../functions/fallback/run/rest.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const ends = { quiet: 0, acted: 0, left: 0, lost: 0, failed: 0 };
const nothing: PassReport = { pools: 0, broken: 0, unread: 0, ends, failures: [] };

test('a new process looks; where it found no pool it looks again five minutes later', async () => {
  const clock = new FakeClock();
  const rest = openRest(clock);
  expect(rest.isOn()).toBe(false);
  rest.after(nothing);
  const minutes: boolean[] = [];
  for (let minute = 1; minute <= 5; minute += 1) {
    await clock.advance(60_000);
    minutes.push(rest.isOn());
  }
  expect(minutes).toEqual([true, true, true, true, false]);
});

test.each([
  ['a pool', { pools: 1 }],
  ['a pool whose tags make no sense', { broken: 1 }],
  ['a pool whose cluster could not be read', { unread: 1 }],
])('%s is looked at each minute', (_, found) => {
  const rest = openRest(new FakeClock());
  rest.after(nothing);
  rest.after({ ...nothing, ...found });
  expect(rest.isOn()).toBe(false);
});
