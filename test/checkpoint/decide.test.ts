import { expect, test } from 'vitest';
import { type AskDecision, decideAsk, type Wish } from '../../functions/checkpoint/decide.ts';
import type { SaveState } from '../../functions/checkpoint/state.ts';
import type { CheckpointRequest } from '../../functions/checkpoint/wire.ts';

const now = new Date('2026-01-01T00:20:00Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
const ahead = (seconds: number) => ago(-seconds);

const wish: Wish = { id: 'new', reason: 'SpotInterruption', deadline: ahead(117), requestedAt: now };
const asked = (part: Partial<CheckpointRequest> = {}): CheckpointRequest => ({
  id: 'old',
  reason: 'SpotInterruption',
  deadline: ahead(60),
  onDoomedNode: true,
  requestedAt: ago(60),
  ...part,
});
const rebalance = { reason: 'RebalanceRecommendation', deadline: ahead(500) };
const stateOf = (request?: CheckpointRequest, state?: 'Complete' | 'Failed', at?: Date): SaveState => ({
  started: new Set(),
  ...(request && { request }),
  ...(request && state && { ack: { id: request.id, state, at } }),
});

type Row = readonly [string, SaveState, 'hard' | 'soft', AskDecision['type'], Partial<Wish>?];

const table: readonly Row[] = [
  ['nothing was ever asked', stateOf(), 'hard', 'ask', { id: 'new' }],
  [
    'a save is under way for another node, which goes earlier',
    stateOf(asked()),
    'hard',
    'join',
    { id: 'old', deadline: ahead(60) },
  ],
  [
    'a save is under way for another node, which goes later',
    stateOf(asked({ deadline: ahead(119) })),
    'hard',
    'join',
    { id: 'old', deadline: ahead(117) },
  ],
  [
    'a save is under way for a rebalance',
    stateOf(asked(rebalance)),
    'hard',
    'join',
    { id: 'old', deadline: ahead(117), reason: 'SpotInterruption' },
  ],
  [
    'a save is under way for a rebalance whose time is nearly up',
    stateOf(asked({ ...rebalance, deadline: ahead(3) })),
    'hard',
    'join',
    { id: 'old', deadline: ahead(117) },
  ],
  ['a rebalance saved 30 s ago', stateOf(asked(rebalance), 'Complete', ago(30)), 'hard', 'answered'],
  [
    'a rebalance saved 61 s ago',
    stateOf(asked(rebalance), 'Complete', ago(61)),
    'hard',
    'ask',
    { id: 'new' },
  ],
  [
    'a rebalance saved 20 min ago',
    stateOf(asked({ ...rebalance, deadline: ago(600), requestedAt: ago(1210) }), 'Complete', ago(1200)),
    'hard',
    'ask',
    { id: 'new' },
  ],
  [
    'a save whose time nobody told, asked for 30 s ago',
    stateOf(asked({ requestedAt: ago(30) }), 'Complete'),
    'hard',
    'answered',
  ],
  [
    'a save whose time nobody told, asked for 90 s ago',
    stateOf(asked({ requestedAt: ago(90) }), 'Complete'),
    'hard',
    'ask',
  ],
  ['a job that could not save 10 s ago', stateOf(asked(), 'Failed', ago(10)), 'hard', 'ask'],
  ['an old request that nobody answered', stateOf(asked({ deadline: ago(1) })), 'hard', 'ask'],
  [
    'this very incident, under way: a taken-over run',
    stateOf(asked({ id: 'new' })),
    'hard',
    'join',
    { id: 'new' },
  ],
  [
    'this very incident, saved 90 s ago',
    stateOf(asked({ id: 'new' }), 'Complete', ago(90)),
    'hard',
    'answered',
  ],
  ['this very incident, failed', stateOf(asked({ id: 'new' }), 'Failed', ago(5)), 'hard', 'answered'],
  [
    'a rebalance during a save',
    stateOf(asked(rebalance)),
    'soft',
    'join',
    { id: 'old', reason: 'RebalanceRecommendation' },
  ],
  [
    'a rebalance 9 min after the last request',
    stateOf(asked({ requestedAt: ago(540) }), 'Complete', ago(500)),
    'soft',
    'leave-alone',
  ],
  [
    'a rebalance 11 min after the last request',
    stateOf(asked({ requestedAt: ago(660) }), 'Complete', ago(640)),
    'soft',
    'ask',
  ],
  [
    'a rebalance soon after a request that nobody answered',
    stateOf(asked({ deadline: ago(1), requestedAt: ago(120) })),
    'soft',
    'leave-alone',
  ],
];

test.each(table.map((row) => ({ row, name: row[0] })))('$name', ({ row }) => {
  const [, state, severity, type, request] = row;
  const decision = decideAsk(state, wish, { now, severity, quietMs: 600_000 });
  expect(decision.type).toBe(type);
  if (request) expect(decision).toMatchObject({ request });
});
