import { expect, test } from 'vitest';
import { mayBeCordoned } from '../../functions/incidents/cordon-left.ts';

test.each([
  ['emptied', false, true],
  ['failed', false, true],
  ['told', false, false],
  ['told', true, true],
  ['already-handled', true, true],
  ['uncordoned', true, false],
  ['node-gone', true, false],
] as const)(
  'after one that ended as %s, where one before left a cordon (%s): %s',
  (outcome, cordoned, may) => {
    expect(mayBeCordoned({ state: 'closed', outcome, cordoned })).toBe(may);
  },
);

test('while one is open only those before it count', () => {
  expect(mayBeCordoned({ state: 'open' })).toBe(false);
  expect(mayBeCordoned({ state: 'open', cordoned: true })).toBe(true);
});
