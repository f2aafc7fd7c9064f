import { expect, test } from 'vitest';
import { matchesPattern } from '../../e2e/events/pattern.ts';

const event = {
  source: 'aws.ec2',
  'detail-type': 'EC2 Instance State-change Notification',
  resources: ['arn:aws:ec2:us-east-2:111122223333:instance/i-1', 'other'],
  detail: { state: 'stopping', count: 3, name: 'Alpha', nothing: null },
};

test.each<[name: string, pattern: object, matches: boolean]>([
  ['one of several values', { detail: { state: ['running', 'stopping'] } }, true],
  ['none of the values', { detail: { state: ['running'] } }, false],
  ['a field that is not there', { detail: { absent: ['x'] } }, false],
  ['a nested field of something flat', { source: { deeper: ['x'] } }, false],
  ['null', { detail: { nothing: [null] } }, true],
  ['a value within the event’s list', { resources: ['other'] }, true],
  ['prefix', { resources: [{ prefix: 'arn:aws:ec2' }] }, true],
  ['prefix without case', { detail: { name: [{ prefix: { 'equals-ignore-case': 'AL' } }] } }, true],
  ['suffix', { detail: { name: [{ suffix: 'pha' }] } }, true],
  ['equals-ignore-case', { detail: { name: [{ 'equals-ignore-case': 'ALPHA' }] } }, true],
  ['anything-but a list', { detail: { state: [{ 'anything-but': ['running', 'stopping'] }] } }, false],
  ['anything-but a prefix', { detail: { name: [{ 'anything-but': { prefix: 'B' } }] } }, true],
  ['anything-but wants the field to be there', { detail: { absent: [{ 'anything-but': 'x' }] } }, false],
  ['numeric range', { detail: { count: [{ numeric: ['>', 0, '<=', 3] }] } }, true],
  ['outside the range', { detail: { count: [{ numeric: ['>', 3] }] } }, false],
  ['exists', { detail: { state: [{ exists: true }], absent: [{ exists: false }] } }, true],
  ['wildcard', { 'detail-type': [{ wildcard: 'EC2 *-change *' }] }, true],
  ['a dot of a wildcard is a dot', { source: [{ wildcard: 'awsx*' }] }, false],
  ['$or', { $or: [{ source: ['aws.health'] }, { detail: { count: [3] } }] }, true],
  ['every field of the pattern', { source: ['aws.ec2'], detail: { state: ['running'] } }, false],
])('%s', (_name, pattern, matches) => {
  expect(matchesPattern({ ...pattern }, event)).toBe(matches);
});

test('an operator that is not known is an error, not a mismatch', () => {
  expect(() => matchesPattern({ source: [{ cidr: '10.0.0.0/8' }] }, event)).toThrow(/cidr/);
});
