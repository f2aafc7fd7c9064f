import { expect, test } from 'vitest';
import { readState } from '../../functions/checkpoint/state.ts';
import { encodeRequest } from '../../functions/checkpoint/wire.ts';
import { podWith } from '../drain/scene.ts';

const request = {
  id: 'i-1/spot-interruption/1',
  reason: 'SpotInterruption',
  deadline: new Date('2026-01-01T00:02:00Z'),
  onDoomedNode: false,
  requestedAt: new Date('2026-01-01T00:00:03Z'),
};

const pod = (uid: string, ack?: object | string, part: Partial<typeof request> = {}) =>
  podWith({
    uid,
    annotations: {
      'spot-responder/checkpoint-request': encodeRequest({ ...request, ...part }),
      ...(ack !== undefined && {
        'spot-responder/checkpoint-ack':
          typeof ack === 'string' ? ack : JSON.stringify({ id: request.id, ...ack }),
      }),
    },
  });

test('pods without a request, or with somebody else’s words, have no state', () => {
  const other = podWith({ annotations: { 'spot-responder/checkpoint-request': 'please' } });
  expect(readState([podWith({}), other])).toEqual({ started: new Set() });
});

test('started is told by pod, complete by any of them', () => {
  const state = readState([
    pod('a', { state: 'Started' }),
    pod('b', { state: 'Complete', step: 7 }),
    pod('c'),
  ]);
  expect([...state.started]).toEqual(['a', 'b']);
  expect(state.ack).toMatchObject({ state: 'Complete', step: 7 });
});

test.each([
  ['of another request', { id: 'i-1/spot-interruption/0', state: 'Complete' }],
  ['from after the deadline', { state: 'Complete', at: '2026-01-01T00:02:01Z' }],
  ['in other words', 'Complete'],
])('an acknowledgement %s changes nothing', (_, ack) => {
  const state = readState([pod('a', ack)]);
  expect(state.ack).toBeUndefined();
  expect(state.started.size).toBe(0);
});

test('complete counts more than failed', () => {
  const state = readState([pod('a', { state: 'Failed' }), pod('b', { state: 'Complete' })]);
  expect(state.ack?.state).toBe('Complete');
});

test('the newest request counts, with the earliest deadline that a pod carries', () => {
  const pods = [
    pod('a', undefined, { id: 'old', requestedAt: new Date('2025-12-31T23:00:00Z') }),
    pod('b'),
    pod('c', undefined, { deadline: new Date('2026-01-01T00:01:00Z') }),
  ];
  expect(readState(pods).request).toMatchObject({
    id: request.id,
    deadline: new Date('2026-01-01T00:01:00Z'),
  });
});
