import { expect, test } from 'vitest';
import { decideClaim } from '../../functions/incidents/claim.ts';
import {
  at,
  begun,
  type Case,
  cancelled,
  DEADLINE,
  first,
  hook,
  id,
  joined,
  LEASE_OVER,
  NOTICED,
  rebalance,
  released,
  rowOf,
  scheduled,
  seconds,
  spot,
  stateChange,
  WHILE_LIVE,
} from './claim-cases.ts';

test.each<Case>([
  ['joins its duplicate', rowOf(spot), spot, WHILE_LIVE, joined()],
  ['joins from a softer notice', rowOf(spot), rebalance, WHILE_LIVE, joined()],
  ['joins from another soft notice', rowOf(rebalance), scheduled, WHILE_LIVE, joined()],
  [
    'joins with a deadline that is a little earlier',
    rowOf(spot),
    { ...hook, deadline: at('10:01:55') },
    WHILE_LIVE,
    joined({ deadline: at('10:01:55') }),
  ],
  [
    'gives way to as hard a notice that leaves much less time',
    rowOf(spot),
    hook,
    WHILE_LIVE,
    begun({ facts: { incidentId: 'first', deadline: hook.deadline } }),
  ],
  [
    'gives way to one with a deadline where none was known',
    rowOf(hook, { deadline: undefined }),
    spot,
    WHILE_LIVE,
    begun({ facts: { incidentId: 'first', deadline: DEADLINE } }),
  ],
  [
    'joins with the first known deadline',
    rowOf(stateChange),
    spot,
    WHILE_LIVE,
    joined({ deadline: DEADLINE }),
  ],
  ['joins without a later deadline', rowOf(hook), spot, WHILE_LIVE, joined()],
  ['keeps the deadline from a softer notice', rowOf(stateChange), scheduled, WHILE_LIVE, joined()],
  ['gives way to a harder notice', rowOf(rebalance), spot, WHILE_LIVE, begun({ supersedes: rebalance.kind })],
  [
    'gives way to a cancellation',
    rowOf(scheduled),
    cancelled,
    WHILE_LIVE,
    begun({ supersedes: scheduled.kind }),
  ],
  ['keeps a hard one from a cancellation', rowOf(spot), cancelled, WHILE_LIVE, joined()],
  ['joins the same cancellation', rowOf(cancelled), cancelled, WHILE_LIVE, joined()],
])('a live lease %s', (_name, row, notice, now, expected) => {
  expect(decideClaim(row, notice, now)).toMatchObject(expected);
});

test.each<Case>([
  ['is taken over by its duplicate', rowOf(spot), spot, LEASE_OVER, begun({ takeover: true, facts: first })],
  [
    'is taken over by as hard a notice',
    rowOf(spot),
    stateChange,
    LEASE_OVER,
    begun({ takeover: true, facts: first }),
  ],
  ['ends at the very moment it expires', rowOf(spot), spot, at('10:00:30'), begun({ takeover: true })],
  [
    'keeps the first kind and the earliest deadline',
    rowOf(spot),
    hook,
    LEASE_OVER,
    begun({
      takeover: true,
      facts: expect.objectContaining({ kind: spot.kind, severity: 'hard', deadline: hook.deadline }),
    }),
  ],
  [
    'of a soft notice becomes the hard one',
    rowOf(rebalance),
    spot,
    LEASE_OVER,
    begun({
      takeover: true,
      supersedes: rebalance.kind,
      facts: id(`spot-interruption/${seconds(NOTICED)}`),
    }),
  ],
  ['of a hard notice waits for as hard a one', rowOf(spot), rebalance, LEASE_OVER, joined()],
  [
    'that was given up is claimed, not taken over',
    rowOf(spot, released),
    spot,
    WHILE_LIVE,
    begun({ facts: first }),
  ],
  [
    'that was given up goes to a softer notice too',
    rowOf(spot, released),
    rebalance,
    WHILE_LIVE,
    begun({ facts: id(`rebalance-recommendation/${seconds(NOTICED)}`) }),
  ],
  [
    "of the instance's last life is left alone",
    rowOf(spot),
    { ...spot, noticedAt: at('12:00:00'), deadline: at('12:02:00') },
    at('12:00:01'),
    begun({ facts: id(`spot-interruption/${seconds(at('12:00:00'))}`) }),
  ],
])('a dead lease %s', (_name, row, notice, now, expected) => {
  expect(decideClaim(row, notice, now)).toMatchObject(expected);
});

test('a first notice claims with fence 1', () => {
  const facts = id(`spot-interruption/${seconds(NOTICED)}`);
  expect(decideClaim(undefined, spot, WHILE_LIVE)).toEqual({
    type: 'claim',
    facts,
    fence: 1,
    takeover: false,
  });
});

test('a cancellation has an id of its own, also in the same second', () => {
  const decision = decideClaim(undefined, { ...scheduled, cancelled: true }, WHILE_LIVE);
  expect(decision).toMatchObject({ facts: id(`scheduled-change-cancelled/${seconds(NOTICED)}`) });
});
