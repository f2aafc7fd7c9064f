import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bus } from '../../functions/announce/bus.ts';
import type { Announcement } from '../../functions/announce/schema.ts';
import { systemClock } from '../../functions/clock.ts';
import { type SimulatedAccount, startSimulatedAccount } from '../../simulator/account/account.ts';
import { clientOptions } from '../simulator/account-client-options.ts';

const aReceipt = {
  account: '111122223333',
  region: 'us-east-2',
  incident: 'i-0aaaaaaaaaaaaaaa1/spot-interruption/1795168805',
  revision: 1_000_000,
  instanceId: 'i-0aaaaaaaaaaaaaaa1',
  kind: 'spot-interruption',
  action: 'terminate',
  severity: 'hard',
  noticedAt: new Date('2026-11-20T10:00:05Z'),
  response: { cordon: true, drain: true, undo: false, reason: 'the instance goes' },
} as const;

const EVENT: Announcement = {
  detailType: 'Interruption Received',
  detail: aReceipt,
  time: new Date('2026-11-20T10:00:05Z'),
};

let account: SimulatedAccount;
beforeEach(async () => {
  account = await startSimulatedAccount({ clock: systemClock, region: 'us-east-2' });
});
afterEach(() => account.close());

function announcer(timeoutMilliseconds?: number) {
  const eventBridge = new EventBridgeClient(clientOptions(account));
  return bus({
    eventBridge,
    busName: 'spot',
    ...(timeoutMilliseconds === undefined ? {} : { timeoutMilliseconds }),
  });
}

test('puts an event of schema version 1 on our bus', async () => {
  const announcing = announcer();
  expect(await announcing.announce(EVENT)).toEqual({ type: 'announced' });
  expect(account.events).toMatchObject([
    {
      bus: 'spot',
      source: 'spot-responder',
      detailType: 'Interruption Received',
      detail: { instanceId: 'i-0aaaaaaaaaaaaaaa1', noticedAt: '2026-11-20T10:00:05.000Z', schemaVersion: 1 },
      time: EVENT.time,
    },
  ]);
  expect(announcing.failures()).toBe(0);
});

test('events that come together share a request, in their order, and each learns what was wrong with it', async () => {
  const announcing = announcer();
  const times = Array.from({ length: 12 }, (_, second) => new Date(Date.UTC(2026, 10, 20, 10, 0, second)));
  const answers = await Promise.all(times.map((time) => announcing.announce({ ...EVENT, time })));
  expect(answers).toEqual(times.map(() => ({ type: 'announced' })));
  expect(account.calls.map(({ operation }) => operation)).toEqual(['PutEvents', 'PutEvents']);
  expect(account.events.map(({ time }) => time)).toEqual(times);
  const noJson = { ...EVENT, detail: { ...aReceipt, count: 1n } };
  const together = [EVENT, noJson, EVENT].map(announcing.announce);
  expect((await Promise.all(together)).map(({ type }) => type)).toEqual(['announced', 'failed', 'announced']);
});

test('events too large for one request go in several', async () => {
  const response = { ...aReceipt.response, reason: 'x'.repeat(100_000) };
  const event = { ...EVENT, detail: { ...aReceipt, response } };
  const announcing = announcer();
  await Promise.all(Array.from({ length: 5 }, () => announcing.announce(event)));
  expect(account.calls).toHaveLength(3);
  expect(account.events).toHaveLength(5);
});

test('a detail cannot change the schema version', async () => {
  const detail = { ...aReceipt, schemaVersion: 9 };
  await announcer().announce({ ...EVENT, detail });
  expect(account.events[0]?.detail).toMatchObject({ schemaVersion: 1 });
});

test('a refused call is told and counted', async () => {
  account.inject({ operation: 'PutEvents', code: 'AccessDeniedException', message: 'no', times: 2 });
  const announcing = announcer();
  expect(await announcing.announce(EVENT)).toEqual({
    type: 'failed',
    reason: 'events:PutEvents of "Interruption Received" to bus spot: AccessDeniedException: no',
  });
  await announcing.announce(EVENT);
  expect(announcing.failures()).toBe(2);
});

test('a detail that is no JSON is told, not thrown', async () => {
  const detail = { ...aReceipt, noticedAt: new Date('nonsense'), count: 1n };
  expect(await announcer().announce({ ...EVENT, detail })).toMatchObject({ type: 'failed' });
  expect(account.calls).toEqual([]);
});

test('an unreachable bus is told, not thrown', async () => {
  const announcing = announcer();
  await account.close();
  expect(await announcing.announce(EVENT)).toMatchObject({ type: 'failed' });
});

test('a silent bus is given up at the time limit', async () => {
  account.inject({ operation: 'PutEvents', silent: true, times: 1 });
  expect(await announcer(30).announce(EVENT)).toEqual({
    type: 'failed',
    reason: 'events:PutEvents of "Interruption Received" to bus spot: no answer within 30 ms',
  });
});
