import { expect, test } from 'vitest';
import { asInstanceId, type Interruption, type Signal } from '../../functions/signals/interruption.ts';
import { parseSignal } from '../../functions/signals/parse.ts';
import { aimEvent, retimeEvent } from '../../functions/signals/retime.ts';
import { samples } from './samples.ts';

const home = { region: 'us-east-2' };
const to = new Date('2031-03-01T00:00:07.250Z');

test.each(Object.keys(samples))('%s.json sent at another time keeps the length of its notice', (name) => {
  const before = noticesOf(parseSignal(samples[name], home));
  const after = noticesOf(parseSignal(retimeEvent(samples[name], to), home));
  expect(after.map(({ noticedAt }) => noticedAt)).toEqual(before.map(() => to));
  // Health's dates hold whole seconds.
  const lostMs = name.startsWith('health-') ? 250 : 0;
  expect(after.map(lengthMs)).toEqual(before.map((notice) => subtract(lengthMs(notice), lostMs)));
});

test.each(Object.keys(samples))('%s.json aimed at another instance names no other', (name) => {
  const instanceId = asInstanceId('i-0123456789abcdef0');
  if (instanceId === undefined) throw new Error('not an instance id');
  const before = parseSignal(samples[name], home);
  const after = parseSignal(aimEvent(samples[name], instanceId), home);
  expect(after.type).toBe(before.type);
  if (after.type !== 'interruptions') return;
  expect(after.interruptions.map((one) => one.instanceId)).toEqual([instanceId]);
});

test('the given event is not changed', () => {
  const untouched = structuredClone(samples);
  for (const event of Object.values(samples)) retimeEvent(event, to);
  expect(samples).toEqual(untouched);
});

test.each([['text'], [undefined], [{ time: 'noon' }], [{ Type: 'Notification', Message: 'prose' }]])(
  '%j has no time to move and is left to the parser',
  (event) => {
    expect(retimeEvent(event, to)).toEqual(event);
  },
);

type Notice = Pick<Interruption, 'noticedAt' | 'deadline'>;

function noticesOf(signal: Signal): readonly Notice[] {
  switch (signal.type) {
    case 'interruptions':
      return signal.interruptions;
    case 'reservation-expiry':
      return [signal.expiry.interruption];
    case 'ignored':
      return [];
  }
}

function lengthMs({ noticedAt, deadline }: Notice): number | undefined {
  return deadline && deadline.getTime() - noticedAt.getTime();
}

function subtract(length: number | undefined, ms: number): number | undefined {
  return length === undefined ? undefined : length - ms;
}
