import { expect, test } from 'vitest';
import { encodeRequest, parseAck, parseRequest, reasonOf } from '../../functions/checkpoint/wire.ts';

const request = {
  id: 'i-0abc/spot-interruption/1767225600',
  reason: 'SpotInterruption',
  deadline: new Date('2026-01-01T00:02:00Z'),
  onDoomedNode: true,
  requestedAt: new Date('2026-01-01T00:00:03Z'),
};

test('a request comes back as it was written', () => {
  expect(parseRequest(encodeRequest(request))).toEqual(request);
});

test.each([
  undefined,
  '',
  'annotation',
  '[]',
  '{}',
  '{"id":"","state":"Started"}',
  '{"id":"a","state":"Done"}',
  '{"id":"a","state":"Complete","step":"7"}',
  '{"id":"a","state":"Complete","at":"yesterday"}',
])('%s is no acknowledgement', (text) => {
  expect(parseAck(text)).toBeUndefined();
});

test('an acknowledgement may leave out what it does not know', () => {
  expect(parseAck('{"id":"a","state":"Started"}')).toEqual({ id: 'a', state: 'Started' });
  expect(
    parseAck('{"id":"a","state":"Complete","step":7,"uri":"s3://b/7","at":"2026-01-01T01:00:00+01:00"}'),
  ).toEqual({ id: 'a', state: 'Complete', step: 7, uri: 's3://b/7', at: new Date('2026-01-01T00:00:00Z') });
});

test('reasons are written as Kubernetes writes them', () => {
  expect(reasonOf('rebalance-recommendation')).toBe('RebalanceRecommendation');
});
