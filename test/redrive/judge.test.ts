import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { judge } from '../../cli/redrive/judge.ts';
import type { Letter } from '../../cli/redrive/letter.ts';
import { encodeContinuation } from '../../functions/continuation/continuation.ts';
import { isRecord } from '../../functions/signals/fields.ts';
import { retimeEvent } from '../../functions/signals/retime.ts';
import { anInterruption } from '../support/interruptions.ts';

const now = new Date('2026-11-20T12:00:00Z');

function sample(name: string, secondsAgo: number): unknown {
  const event: unknown = JSON.parse(
    readFileSync(new URL(`../../events/${name}.json`, import.meta.url), 'utf8'),
  );
  return retimeEvent(event, new Date(now.getTime() - secondsAgo * 1_000));
}

function letter(content: unknown, more: Partial<Letter> = {}): Letter {
  const body = typeof content === 'string' ? content : JSON.stringify(content);
  return { id: '1', receipt: 'r', body, attributes: {}, ...more };
}

function judged(content: unknown, more: Partial<Letter> = {}) {
  return judge(letter(content, more), { now, region: 'us-east-2' });
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('an event is sent again while its time is not over', () => {
  test.each([
    ['spot-interruption-terminate', 60, 'send'],
    ['spot-interruption-terminate', 121, 'stale'],
    ['spot-interruption-terminate', 3 * DAY, 'stale'],
    ['spot-interruption-other-region', 60, 'send'],
    ['capacity-reservation-interruption', 60, 'send'],
    ['capacity-reservation-interruption', DAY, 'stale'],
    ['rebalance-recommendation', 50 * MINUTE, 'send'],
    ['rebalance-recommendation', 61 * MINUTE, 'stale'],
    // By now it may run again, and would be drained for nothing.
    ['instance-state-change-stopping', MINUTE, 'send'],
    ['instance-state-change-stopping', 3 * MINUTE, 'stale'],
    // Takes a cordon of ours back.
    ['instance-state-change-running', 10 * DAY, 'send'],
    ['terminate-hook', 47 * HOUR, 'send'],
    ['terminate-hook', 49 * HOUR, 'stale'],
    ['health-scheduled-change', DAY, 'send'],
    ['health-scheduled-change', 60 * DAY, 'stale'],
    ['health-cancelled', 13 * DAY, 'send'],
    ['capacity-block-expiration', MINUTE, 'send'],
    ['capacity-block-expiration', DAY, 'stale'],
    ['launch-hook', 1, 'needless'],
    ['health-issue', 1, 'needless'],
  ])('%s, %i s old: %s', (name, age, type) => {
    expect(judged(sample(name, age)).verdict).toMatchObject({ type });
  });

  test('as it was, to the queue that the responder reads events from', () => {
    const event = sample('spot-interruption-terminate', 10);
    expect(judged(event).verdict).toEqual({ type: 'send', body: JSON.stringify(event) });
  });

  test('of one that concerns several instances, when one of them still has time', () => {
    expect(judged(sample('health-scheduled-change', DAY)).what).toMatch(/^Scheduled change of i-/);
  });
});

describe('what an earlier run left', () => {
  const continuation = (change: Parameters<typeof anInterruption>[0]) =>
    encodeContinuation({ interruption: anInterruption(change), dueAt: now });

  test('is sent again', () => {
    const verdict = judged(
      continuation({ noticedAt: now, deadline: new Date(now.getTime() + 60_000) }),
    ).verdict;
    expect(verdict).toMatchObject({ type: 'send' });
  });

  test('is too late after its deadline', () => {
    const deadline = new Date(now.getTime() - 5 * 60_000);
    expect(judged(continuation({ noticedAt: deadline, deadline })).verdict).toEqual({
      type: 'stale',
      reason: 'its deadline passed 5 minutes ago',
    });
  });

  test('of another version stays for somebody to read', () => {
    const other = { ...JSON.parse(continuation({})), version: 2 };
    expect(judged(other).verdict).toMatchObject({
      type: 'unreadable',
      reason: expect.stringContaining('version'),
    });
  });
});

describe('how it came there', () => {
  const event = sample('spot-interruption-terminate', 10);

  test('EventBridge says it in attributes', () => {
    const attributes = { ERROR_CODE: 'NO_PERMISSIONS', ERROR_MESSAGE: 'not allowed to invoke' };
    expect(judged(event, { attributes }).why).toBe(
      'EventBridge could not deliver it (NO_PERMISSIONS: not allowed to invoke)',
    );
  });

  test('Lambda wraps the event, which is sent without the wrapping', () => {
    const wrapped = {
      version: '1.0',
      requestContext: { condition: 'RetriesExhausted', functionArn: 'arn', approximateInvokeCount: 1 },
      requestPayload: event,
      responsePayload: { errorType: 'Error', errorMessage: 'i-0aaaaaaaaaaaaaaa1: no answer' },
    };
    expect(judged(wrapped)).toMatchObject({
      why: 'the function failed: i-0aaaaaaaaaaaaaaa1: no answer',
      verdict: { type: 'send', body: JSON.stringify(event) },
    });
    const { responsePayload: _none, ...expired } = wrapped;
    expect(judged(expired).why).toBe('the function failed: RetriesExhausted');
  });

  test('a queue gives it up by its name', () => {
    const givenUpBy = 'arn:aws:sqs:us-east-2:111122223333:Continuations';
    expect(judged(event, { givenUpBy }).why).toContain('again and again (Continuations)');
  });
});

test.each([
  ['no JSON', '{'],
  ['no object', '[]'],
  ['nothing', ''],
  ['an event without its instance', { ...Object(sample('spot-interruption-terminate', 1)), detail: {} }],
])('%s stays for somebody to read', (_name, content) => {
  expect(isRecord(judged(content).verdict)).toBe(true);
  expect(judged(content).verdict.type).toBe('unreadable');
});
