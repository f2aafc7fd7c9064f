import { expect, test } from 'vitest';
import { MalformedSignalError } from '../../functions/errors.ts';
import { parseSignal } from '../../functions/signals/parse.ts';
import { samples, withDetail, withFields } from './samples.ts';

const home = { region: 'us-east-2' };
const spot = 'spot-interruption-terminate';
const health = 'health-scheduled-change';

test.each<[string, unknown, string, string]>([
  ['nothing', undefined, '(event)', 'is not a JSON object'],
  ['text', 'terminate', '(event)', 'is not a JSON object'],
  ['a list', [samples[spot]], '(event)', 'is not a JSON object'],
  ['an empty object', {}, 'source', 'is missing'],
  ['no detail-type', withFields(spot, { 'detail-type': undefined }), 'detail-type', 'is missing'],
  ['no detail', withFields(spot, { detail: undefined }), 'detail', 'is missing'],
  ['a detail of text', withFields(spot, { detail: 'x' }), 'detail', 'is not of type object'],
  ['no time', withFields(spot, { time: undefined }), 'time', 'is missing'],
  [
    'a time without zone',
    withFields(spot, { time: '2026-11-20T10:00:05' }),
    'time',
    'is not an ISO 8601 time',
  ],
  [
    'a day that is none',
    withFields(spot, { time: '2026-02-30T10:00:05Z' }),
    'time',
    'is not an ISO 8601 time',
  ],
  ['a short account', withFields(spot, { account: '1111' }), 'account', 'is not a 12-digit account id'],
  ['an empty id', withFields(spot, { id: '' }), 'id', 'is empty'],
  ['no instance', withDetail(spot, { 'instance-id': undefined }), 'detail.instance-id', 'is missing'],
  [
    'a number as instance',
    withDetail(spot, { 'instance-id': 7 }),
    'detail.instance-id',
    'is not of type string',
  ],
  [
    'a volume as instance',
    withDetail(spot, { 'instance-id': 'vol-1' }),
    'detail.instance-id',
    'is not an EC2 instance id',
  ],
  [
    'an unknown action',
    withDetail(spot, { 'instance-action': 'sing' }),
    'detail.instance-action',
    'is none of terminate, stop',
  ],
  ['no state', withDetail('instance-state-change', { state: undefined }), 'detail.state', 'is missing'],
  ['no Health service', withDetail(health, { service: undefined }), 'detail.service', 'is missing'],
  [
    'an ISO start time',
    withDetail(health, { startTime: '2026-11-27' }),
    'detail.startTime',
    'is not a date like',
  ],
  [
    'a month that is none',
    withDetail(health, { startTime: 'Fri, 27 Foo 2026 13:00:00 GMT' }),
    'detail.startTime',
    'is not a date like',
  ],
  [
    'an entity without value',
    withDetail(health, { affectedEntities: [{}] }),
    'detail.affectedEntities.0.entityValue',
    'is missing',
  ],
  [
    'no hook token',
    withDetail('terminate-hook', { LifecycleActionToken: undefined }),
    'detail.LifecycleActionToken',
    'is missing',
  ],
  [
    'a raw hook without token',
    withFields('terminate-hook-sqs', { LifecycleActionToken: undefined }),
    'LifecycleActionToken',
    'is missing',
  ],
  ['a raw hook without time', withFields('terminate-hook-sqs', { Time: undefined }), 'Time', 'is missing'],
  ['a notification without message', { Type: 'Notification' }, 'Message', 'is missing'],
  ['a notification of prose', { Type: 'Notification', Message: 'hello' }, 'Message', 'is not JSON'],
  ['a notification of a number', { Type: 'Notification', Message: '7' }, '(event)', 'is not a JSON object'],
  [
    'a reservation without end',
    withDetail('capacity-block-expiration', { 'end-date': undefined }),
    'detail.end-date',
    'is missing',
  ],
  [
    'a reservation id of another kind',
    withDetail('capacity-block-expiration', { 'capacity-reservation-id': 'i-1' }),
    'detail.capacity-reservation-id',
    'is not a capacity reservation id',
  ],
  [
    'no termination time',
    withDetail('capacity-reservation-interruption', { 'instance-termination-time': undefined }),
    'detail.instance-termination-time',
    'is missing',
  ],
])('%s is refused, naming the field', (_what, event, field, problem) => {
  expect(refusalOf(event)).toMatchObject({
    field,
    message: expect.stringContaining(`field "${field}" ${problem}`),
  });
});

function refusalOf(event: unknown): unknown {
  try {
    return parseSignal(event, home);
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedSignalError);
    return error;
  }
}
