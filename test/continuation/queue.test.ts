import { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { parseContinuation } from '../../functions/continuation/continuation.ts';
import { continuationQueue } from '../../functions/continuation/queue.ts';
import { type SimulatedAccount, startSimulatedAccount } from '../../simulator/account/account.ts';
import type { SimulatedQueue } from '../../simulator/account/message-queue.ts';
import { clientOptions } from '../simulator/account-client-options.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { anInterruption } from '../support/interruptions.ts';

let clock: FakeClock;
let account: SimulatedAccount;
let queue: SimulatedQueue;

beforeEach(async () => {
  clock = new FakeClock();
  account = await startSimulatedAccount({ clock, region: 'us-east-2' });
  queue = account.addQueue({ name: 'later', visibilitySeconds: 60, maxReceiveCount: 2 });
});
afterEach(() => account.close());

const inSeconds = (seconds: number) => new Date(clock.now().getTime() + seconds * 1000);
const continuations = (part = {}) =>
  continuationQueue({
    sqs: async () => new SQSClient(clientOptions(account)),
    queueUrl: queue.url,
    clock,
    ...part,
  });
const leave = (seconds: number) =>
  continuations().leave({ interruption: anInterruption(), dueAt: inSeconds(seconds) });

test.each([
  [-5, 0],
  [0, 0],
  [0.2, 1],
  [60, 60],
  [900, 900],
  [86_400, 900],
])('what is due in %d s is delayed by %d s', async (seconds, delaySeconds) => {
  expect(await leave(seconds)).toEqual({ type: 'queued' });
  expect(queue.sent).toMatchObject([{ delaySeconds }]);
});

test('a message is received when it is due, once, and again only after the visibility timeout', async () => {
  await leave(60);
  await clock.advance(59_000);
  expect(queue.receive(10)).toEqual([]);
  await clock.advance(1_000);
  const [message] = queue.receive(10);
  expect(parseContinuation(JSON.parse(message?.body ?? '')).dueAt).toEqual(clock.now());
  expect(queue.receive(10)).toEqual([]);
  await clock.advance(60_000);
  expect(queue.receive(10)).toMatchObject([{ messageId: message?.messageId, receives: 2 }]);
  queue.delete(message?.messageId ?? '');
  await clock.advance(60_000);
  expect(queue.receive(10)).toEqual([]);
});

test('a message that was received too often is a dead letter', async () => {
  await leave(0);
  for (let times = 0; times < 2; times++) {
    queue.receive(10);
    await clock.advance(60_000);
  }
  expect(queue.receive(10)).toEqual([]);
  expect(queue.deadLetters).toHaveLength(1);
  expect(queue.nextDueAt()).toBeUndefined();
});

test('a refused permission is told, not thrown, with the queue', async () => {
  account.inject({ operation: 'SendMessage', code: 'AccessDenied', times: 1 });
  expect(await leave(0)).toEqual({
    type: 'failed',
    reason: expect.stringMatching(/^sqs:SendMessage to http:.*\/later: AccessDenied/),
  });
});

test('a queue that does not exist is told', async () => {
  const answer = continuations({ queueUrl: `${account.endpoint}/111122223333/nowhere` });
  expect(await answer.leave({ interruption: anInterruption(), dueAt: clock.now() })).toMatchObject({
    type: 'failed',
    reason: expect.stringContaining('does not exist'),
  });
});

test('silence ends at the time limit', async () => {
  account.inject({ operation: 'SendMessage', silent: true, times: 1 });
  const answer = continuations({ timeoutMilliseconds: 100 });
  expect(await answer.leave({ interruption: anInterruption(), dueAt: clock.now() })).toMatchObject({
    type: 'failed',
    reason: expect.stringContaining('0.1 s'),
  });
});

test('the client is made when the first continuation is left, and kept', async () => {
  const sqs = vi.fn(async () => new SQSClient(clientOptions(account)));
  const { leave } = continuations({ sqs });
  expect(sqs).not.toHaveBeenCalled();
  await leave({ interruption: anInterruption(), dueAt: clock.now() });
  await leave({ interruption: anInterruption(), dueAt: clock.now() });
  expect(sqs).toHaveBeenCalledTimes(1);
});
