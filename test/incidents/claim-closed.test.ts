import { expect, test } from 'vitest';
import { decideClaim } from '../../functions/incidents/claim.ts';
import type { Interruption } from '../../functions/signals/interruption.ts';
import {
  at,
  begun,
  type Case,
  cancelled,
  closed,
  first,
  handled,
  id,
  LEASE_OVER,
  rebalance,
  scheduled,
  seconds,
  spot,
  stateChange,
} from './claim-cases.ts';

const later = (notice: Interruption, time: string): Interruption => ({ ...notice, noticedAt: at(time) });
const moved = { ...scheduled, noticedAt: at('11:00:00'), deadline: new Date('2026-12-01T10:00:00Z') };

test.each<Case>([
  ['answers its duplicate', closed(spot), spot, LEASE_OVER, handled()],
  ['answers the state change that follows', closed(spot), stateChange, LEASE_OVER, handled()],
  ['answers a softer notice', closed(spot), rebalance, LEASE_OVER, handled()],
  [
    'answers a cancellation of something softer',
    closed(spot),
    later(cancelled, '10:05:00'),
    LEASE_OVER,
    handled(),
  ],
  [
    'answers until ten minutes after the deadline',
    closed(spot),
    later(spot, '10:12:05'),
    LEASE_OVER,
    handled(),
  ],
  [
    'is over after that',
    closed(spot),
    later(spot, '10:12:06'),
    LEASE_OVER,
    begun({ facts: id(`spot-interruption/${seconds(at('10:12:06'))}`) }),
  ],
  [
    'answers until it was closed',
    closed(stateChange, 'emptied', at('10:15:00')),
    later(spot, '10:14:59'),
    LEASE_OVER,
    handled(),
  ],
  [
    'gives way to a harder notice',
    closed(rebalance),
    spot,
    LEASE_OVER,
    begun({ supersedes: rebalance.kind }),
  ],
  ['does not answer another soft notice', closed(scheduled), rebalance, LEASE_OVER, begun()],
  [
    'answers a reminder of the same date',
    closed(scheduled),
    later(scheduled, '15:00:00'),
    LEASE_OVER,
    handled(),
  ],
  ['does not answer a new date', closed(scheduled), moved, LEASE_OVER, begun()],
  [
    'gives way to its cancellation',
    closed(scheduled),
    cancelled,
    LEASE_OVER,
    begun({ supersedes: scheduled.kind }),
  ],
  [
    'answers a cancellation older than itself',
    closed(scheduled),
    later(cancelled, '09:00:00'),
    LEASE_OVER,
    handled(),
  ],
  [
    'answers what was cancelled since',
    closed(cancelled, 'uncordoned'),
    scheduled,
    LEASE_OVER,
    handled('uncordoned'),
  ],
  [
    'of a cancellation does not answer a new notice',
    closed(cancelled),
    later(scheduled, '15:00:00'),
    LEASE_OVER,
    begun(),
  ],
  ['that failed is tried again', closed(spot, 'failed'), spot, LEASE_OVER, begun({ facts: first })],
  [
    'that failed is not tried by a softer notice',
    closed(spot, 'failed'),
    rebalance,
    LEASE_OVER,
    handled('failed'),
  ],
])('a closed incident %s', (_name, row, notice, now, expected) => {
  expect(decideClaim(row, notice, now)).toMatchObject(expected);
});
