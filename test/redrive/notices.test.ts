import { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sqsDeadLetters } from '../../cli/redrive/notice-queues.ts';
import { type NoticesMoved, redriveNotices } from '../../cli/redrive/notices.ts';
import { DEAD_NOTICES_QUEUE, NOTICES_QUEUE } from '../../functions/notify/queue-names.ts';
import { type SimulatedAccount, startSimulatedAccount } from '../../simulator/account/account.ts';
import type { SimulatedQueue } from '../../simulator/account/message-queue.ts';
import { eventsOf } from '../notify/conversations.ts';
import { openScene } from '../notify/scene.ts';
import { patientClock } from '../support/patient-clock.ts';

const clock = patientClock(50);
let account: SimulatedAccount;
let dead: SimulatedQueue;
let notices: SimulatedQueue;
beforeEach(async () => {
  account = await startSimulatedAccount({ clock, region: 'us-east-2' });
  dead = account.addQueue({ name: DEAD_NOTICES_QUEUE });
  notices = account.addQueue({
    name: NOTICES_QUEUE,
    deadLetterQueue: dead,
    maxReceiveCount: 1,
    visibilitySeconds: 1,
  });
});
afterEach(() => account.close());

function bury(count: number, from = 0): readonly string[] {
  const bodies = Array.from({ length: count }, (_, at) => `notice ${from + at}`);
  for (const body of bodies) dead.send(body);
  return bodies;
}

async function run(): Promise<{ result: NoticesMoved; told: readonly string[] }> {
  const sqs = new SQSClient({
    endpoint: account.endpoint,
    region: 'us-east-2',
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
  });
  const told: string[] = [];
  const result = await redriveNotices({
    clock,
    deadLetters: sqsDeadLetters(sqs),
    tell: (line) => void told.push(line),
  });
  return { result, told };
}

function bodiesOf(queue: SimulatedQueue): readonly string[] {
  return queue.receive(10_000).map(({ body }) => body);
}

test('all dead notices go back into the queue of the notifier, and are counted', async () => {
  const bodies = bury(3);
  expect((await run()).result).toEqual({ type: 'moved', messages: 3 });
  expect(bodiesOf(notices)).toEqual(bodies);
  expect(dead.waiting()).toBe(0);
});

test('where nothing is dead nothing is moved', async () => {
  expect((await run()).result).toEqual({ type: 'nothing-there' });
  expect(account.calls.map(({ operation }) => operation)).not.toContain('StartMessageMoveTask');
});

test('twice at once moves each notice once: the second watches', async () => {
  const bodies = bury(700);
  const runs = await Promise.all([run(), run()]);
  expect(runs.map(({ result }) => result)).toEqual([
    { type: 'moved', messages: 700 },
    { type: 'moved', messages: 700 },
  ]);
  expect(runs.filter(({ told }) => told[0]?.includes('under way already'))).toHaveLength(1);
  expect(bodiesOf(notices)).toEqual(bodies);
});

test('a long move is told as it goes', async () => {
  bury(2_600);
  const { told } = await run();
  expect(told[0]).toContain('Moving about 2600');
  expect(told.slice(1).length).toBeGreaterThan(0);
  for (const line of told.slice(1)) expect(line).toMatch(/^\d+ of 2600 moved$/);
});

test('the next time only what died since is moved and counted', async () => {
  bury(3);
  await run();
  bury(2, 3);
  expect((await run()).result).toEqual({ type: 'moved', messages: 2 });
  expect(bodiesOf(notices)).toHaveLength(5);
});

test('a move that breaks off says how far it came, and why', async () => {
  bury(900);
  const running = run();
  while (notices.waiting() === 0) await clock.sleep(100);
  account.removeQueue(notices);
  expect((await running).result).toEqual({
    type: 'stopped',
    messages: 500,
    of: 900,
    reason: 'AWS.SimpleQueueService.NonExistentQueue',
  });
});

test('what Slack did not take is told after the redrive, once', async () => {
  await using scene = await openScene({ speed: 200 });
  const [receipt, end] = eventsOf('emptied');
  for (const event of [receipt, end]) notices.send(JSON.stringify(event));
  const deliver = async () => {
    const messages = notices.receive(10);
    const failed = await scene.deliver(
      messages.map(({ body }) => JSON.parse(body) as unknown),
      60,
    );
    for (const [at, { messageId }] of messages.entries())
      if (!failed.includes(String(at))) notices.delete(messageId);
  };
  scene.slack.inject({ method: '*', fault: { type: 'status', status: 503 }, times: 1_000 });
  await deliver();
  while (dead.waiting() < 2) {
    await clock.sleep(500);
    await deliver();
  }
  scene.slack.heal();
  expect((await run()).result).toEqual({ type: 'moved', messages: 2 });
  await deliver();
  const [shown, ...others] = await scene.slack.read(scene.slack.channel);
  expect(others).toEqual([]);
  expect(shown?.text).toContain('Emptied');
  expect(notices.waiting()).toBe(0);
});

describe('errors', () => {
  test.each([
    ['AccessDenied', 'sqs:StartMessageMoveTask'],
    ['RequestThrottled', 'Try again'],
  ])('%s is named with its remedy', async (code, remedy) => {
    bury(1);
    account.inject({ operation: 'StartMessageMoveTask', code, times: 9 });
    await expect(run()).rejects.toThrow(remedy);
    expect(dead.waiting()).toBe(1);
  });

  test('a stack without Slack is named', async () => {
    account.removeQueue(dead);
    await expect(run()).rejects.toThrow(`no queue "${DEAD_NOTICES_QUEUE}" in this account and Region`);
  });
});
