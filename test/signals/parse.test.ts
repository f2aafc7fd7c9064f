import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseSignal } from '../../functions/signals/parse.ts';
import { samples, withDetail, withFields } from './samples.ts';

const home = { region: 'us-east-2' };
const id = 'i-0aaaaaaaaaaaaaaa1';
const everyOne = {
  instanceId: id,
  region: 'us-east-2',
  account: '111122223333',
  noticedAt: expect.any(Date),
  eventId: expect.stringMatching(/^0b1e1c1a-/),
};
const spot = {
  ...everyOne,
  kind: 'spot-interruption',
  severity: 'hard',
  noticedAt: new Date('2026-11-20T10:00:05Z'),
};
const state = { ...everyOne, kind: 'instance-state-change', severity: 'hard' };
const change = {
  ...everyOne,
  kind: 'scheduled-change',
  severity: 'soft',
  deadline: new Date('2026-11-27T13:00:00Z'),
  eventId: expect.stringMatching(/^111122223333\/00fakefake000000000\d-\d$/),
};
const hook = {
  autoScalingGroup: 'eks-gpu-fake',
  hookName: 'spot-responder',
  token: '11111111-2222-4333-8444-555555555555',
};
const going = { ...everyOne, kind: 'terminate-hook', severity: 'hard', action: 'terminate', hook };

const reservation = {
  ...everyOne,
  kind: 'capacity-reservation-interruption',
  severity: 'hard',
  action: 'terminate',
  deadline: new Date('2026-11-20T12:02:00Z'),
};

const interruptions: Record<string, readonly object[]> = {
  'spot-interruption-terminate': [
    { ...spot, action: 'terminate', deadline: new Date('2026-11-20T10:02:05Z') },
  ],
  'spot-interruption-stop': [{ ...spot, action: 'stop', deadline: new Date('2026-11-20T10:02:05Z') }],
  'spot-interruption-hibernate': [
    { ...spot, action: 'hibernate', deadline: new Date('2026-11-20T10:00:05Z') },
  ],
  'rebalance-recommendation': [
    { ...everyOne, kind: 'rebalance-recommendation', severity: 'soft', action: 'unknown' },
  ],
  'instance-state-change': [{ ...state, action: 'terminate' }],
  'instance-state-change-running': [{ ...state, severity: 'soft', action: 'unknown', cancelled: true }],
  'instance-state-change-stopping': [{ ...state, action: 'stop' }],
  'health-scheduled-change': [
    { ...change, action: 'terminate', eventId: '111122223333/00fakefake0000000001-1' },
    { ...change, action: 'terminate', instanceId: 'i-0bbbbbbbbbbbbbbb2' },
  ],
  'health-scheduled-change-page-2': [
    { ...change, action: 'terminate', eventId: '111122223333/00fakefake0000000001-2' },
  ],
  'health-persistent-retirement': [{ ...change, action: 'stop' }],
  'health-reboot': [{ ...change, action: 'reboot' }],
  'health-network-maintenance': [{ ...change, action: 'unknown' }],
  'health-cancelled': [{ ...change, action: 'terminate', cancelled: true }],
  'terminate-hook': [going],
  'terminate-hook-warm-pool': [{ ...going, action: 'unknown' }],
  'terminate-hook-root-volume': [{ ...going, action: 'reboot' }],
  'warm-pool-launch': [{ ...state, severity: 'soft', action: 'unknown', cancelled: true }],
  'terminate-hook-sqs': [{ ...going, noticedAt: new Date('2026-11-20T10:05:00.123Z') }],
  'terminate-hook-sns': [{ ...going, noticedAt: new Date('2026-11-20T10:05:00.123Z') }],
  'capacity-reservation-interruption': [reservation],
  'capacity-reservation-interruption-capacity-block': [reservation],
};

const ignored: Record<string, RegExp> = {
  'spot-interruption-other-region': /Interruption Warning from region us-west-2, not us-east-2/,
  'health-backup-copy': /backup copy of .* concerns region us-west-2, not us-east-2/,
  'health-dedicated-host': /names no instance/,
  'health-issue': /category issue/,
  'terminate-hook-sns-other-region': /hook notification from region us-west-2/,
  'terminate-hook-test-notification': /autoscaling:TEST_NOTIFICATION/,
  'launch-hook': /nothing is done on "EC2 Instance-launch Lifecycle Action" of aws.autoscaling/,
  'launch-hook-sqs': /autoscaling:EC2_INSTANCE_LAUNCHING does not take/,
  'capacity-reservation-active': /nothing is done on "EC2 Capacity Reservation Active" of aws.ec2/,
};

const expirations = ['capacity-block-expiration', 'capacity-block-reservation-expiration'];

test.each(Object.entries(interruptions))('%s.json interrupts', (name, wanted) => {
  expect(parseSignal(samples[name], home)).toEqual({ type: 'interruptions', interruptions: wanted });
});

test.each(Object.entries(ignored))('%s.json is ignored, saying why', (name, reason) => {
  expect(parseSignal(samples[name], home)).toEqual({
    type: 'ignored',
    reason: expect.stringMatching(reason),
  });
});

test.each(expirations)('%s.json ends a reservation thirty minutes before its end date', (name) => {
  const { instanceId: _none, ...envelope } = everyOne;
  const deadline = new Date('2026-11-20T11:00:00Z');
  expect(parseSignal(samples[name], home)).toEqual({
    type: 'reservation-expiry',
    expiry: {
      capacityReservationId: 'cr-0fake1',
      interruption: {
        ...envelope,
        kind: 'capacity-block-expiration',
        severity: 'hard',
        action: 'terminate',
        deadline,
      },
    },
  });
});

test('every event is in one of the tables above', () => {
  const known = [...Object.keys(interruptions), ...Object.keys(ignored), ...expirations];
  expect(known.sort()).toEqual(Object.keys(samples).sort());
});

test('every event has a row in the table of events/README.md, and every row its file', () => {
  const readme = readFileSync(new URL('../../events/README.md', import.meta.url), 'utf8');
  const rows = [...readme.matchAll(/^\| `([^`]+)\.json` \|/gm)].map((match) => match[1]);
  expect(rows.sort()).toEqual(Object.keys(samples).sort());
});

test('an EventBridge event that came through SNS is read like one that came directly', () => {
  const event = samples['spot-interruption-terminate'];
  const notification = { Type: 'Notification', Message: JSON.stringify(event) };
  expect(parseSignal(notification, home)).toEqual(parseSignal(event, home));
});

test('resources are not read', () => {
  const event = withFields('spot-interruption-terminate', { resources: ['i-0fffffffffffffff9'] });
  expect(parseSignal(event, home)).toEqual(parseSignal(samples['spot-interruption-terminate'], home));
});

test('a backup copy of the home region is acted on, under the same event id', () => {
  const copy = withDetail('health-scheduled-change', { backupEvent: true });
  expect(parseSignal({ ...Object(copy), region: 'us-west-2' }, home)).toEqual(
    parseSignal(samples['health-scheduled-change'], home),
  );
});

test('a deployment in the backup region leaves the copy alone', () => {
  const copy = withDetail('health-scheduled-change', { backupEvent: true });
  expect(parseSignal(copy, { region: 'us-west-2' })).toMatchObject({
    type: 'ignored',
    reason: expect.stringContaining('backup copy'),
  });
});

test('an instance named twice by a Health event is interrupted once', () => {
  const entities = [
    { entityValue: id },
    { entityValue: `arn:aws:ec2:us-east-2:111122223333:instance/${id}` },
  ];
  const signal = parseSignal(withDetail('health-reboot', { affectedEntities: entities }), home);
  expect(signal).toMatchObject({ interruptions: [{ instanceId: id }] });
});

test.each([
  ['AWS_EC2_INSTANCE_RETIREMENT_EXPEDITED', 'terminate'],
  ['AWS_EC2_INSTANCE_TERMINATION_SCHEDULED', 'terminate'],
  ['AWS_EC2_PERSISTENT_INSTANCE_POWER_MAINTENANCE_SCHEDULED', 'stop'],
  ['AWS_EC2_INSTANCE_STOP_SCHEDULED', 'stop'],
  ['AWS_EC2_SYSTEM_REBOOT_MAINTENANCE_SCHEDULED', 'reboot'],
  ['AWS_EC2_INSTANCE_POWER_MAINTENANCE_SCHEDULED', 'unknown'],
  ['AWS_EC2_SOMETHING_NEW', 'unknown'],
])('Health code %s ends in %s', (eventTypeCode, action) => {
  const signal = parseSignal(withDetail('health-reboot', { eventTypeCode }), home);
  expect(signal).toMatchObject({ interruptions: [{ action }] });
});

test('a completed maintenance counts as cancelled', () => {
  const event = withDetail('health-reboot', { eventTypeCode: 'AWS_EC2_ULTRASERVER_MAINTENANCE_COMPLETED' });
  expect(parseSignal(event, home)).toMatchObject({ interruptions: [{ cancelled: true }] });
});

test.each([
  ['true', true],
  ['True', true],
  [true, true],
  ['false', false],
  [false, false],
  [{ toString: 1 }, false],
])('backupEvent %j is read as %s', (backupEvent, isBackup) => {
  const signal = parseSignal(withDetail('health-backup-copy', { backupEvent }), home);
  if (signal.type !== 'ignored') throw new Error('not ignored');
  expect(signal.reason.startsWith('backup copy')).toBe(isBackup);
});
