import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { holdHook } from '../../functions/lifecycle/hold-hook.ts';
import { lifecycleHooks } from '../../functions/lifecycle/hooks.ts';
import type { LifecycleHook } from '../../functions/signals/interruption.ts';
import { type SimulatedAccount, startSimulatedAccount } from '../../simulator/account/account.ts';
import { clientOptions } from '../simulator/account-client-options.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { instanceId } from '../support/interruptions.ts';

const INSTANCE = instanceId('i-0aaaaaaaaaaaaaaa1');
const HOOK: LifecycleHook = { autoScalingGroup: 'gpu', hookName: 'drain', token: 't-1' };

let clock: FakeClock;
let account: SimulatedAccount;
let said: string[];

beforeEach(async () => {
  clock = new FakeClock();
  said = [];
  account = await startSimulatedAccount({ clock, region: 'us-east-2' });
});
afterEach(() => account.close());

function wait(timeoutSeconds: number) {
  account.addLifecycleAction({
    group: 'gpu',
    hook: 'drain',
    instanceId: INSTANCE,
    token: 't-1',
    timeoutSeconds,
  });
}

async function hold() {
  const beganAt = clock.now();
  const hooks = lifecycleHooks({ autoScaling: new AutoScalingClient(clientOptions(account)) });
  const held = await holdHook({ hooks, clock, tell: (text) => said.push(text) }, HOOK, INSTANCE, {
    beganAt,
    wasHeld: false,
  });
  const endsAfter = held.endsAt && (held.endsAt.getTime() - beganAt.getTime()) / 1000;
  return { ...held, endsAfter };
}

const beats = () =>
  account.calls.filter(({ operation }) => operation === 'RecordLifecycleActionHeartbeat').length;

test('beats at once and three times in each timeout, until it is stopped', async () => {
  wait(300);
  const held = await hold();
  expect(beats()).toBe(1);
  for (let beat = 2; beat <= 8; beat++) {
    await clock.advance(100_000);
    await vi.waitFor(() => expect(beats()).toBe(beat));
    await vi.waitFor(() => expect(clock.slept.filter((ms) => ms === 100_000)).toHaveLength(beat));
  }
  held.stop();
  await clock.advance(299_000);
  expect(beats()).toBe(8);
  expect(account.lifecycleActions[0]?.timedOut).toBeUndefined();
  expect(said).toEqual([]);
});

test.each([
  [30, 3_000 - 10],
  [3_600, 48 * 3_600 - 10],
])('a hook of %i s can be held for %i s', async (timeoutSeconds, seconds) => {
  wait(timeoutSeconds);
  expect((await hold()).endsAfter).toBe(seconds);
});

test('a hook that cannot be described is held as if it had the shortest timeout', async () => {
  wait(3_600);
  account.inject({ operation: 'DescribeLifecycleHooks', code: 'AccessDenied', times: 1 });
  expect((await hold()).endsAfter).toBe(3_000 - 10);
  expect(said).toEqual([expect.stringContaining('DescribeLifecycleHooks')]);
  await clock.advance(10_000);
  await vi.waitFor(() => expect(beats()).toBe(2));
});

test('without heartbeats only its own timeout is counted on, and they are tried again', async () => {
  wait(600);
  account.inject({ operation: 'RecordLifecycleActionHeartbeat', code: 'AccessDenied', times: 1 });
  expect((await hold()).endsAfter).toBe(600 - 10);
  await clock.advance(10_000);
  await vi.waitFor(() => expect(account.lifecycleActions[0]?.heartbeats).toBe(1));
  expect(said).toEqual([expect.stringContaining('AccessDenied')]);
});

test('a hook that nobody waits behind any more is told and left alone', async () => {
  wait(600);
  await clock.advance(600_000);
  expect((await hold()).endsAt).toBeUndefined();
  await clock.advance(600_000);
  expect(beats()).toBe(1);
  expect(said).toEqual(['heartbeat expired']);
});

test("EKS's own hook is not touched", async () => {
  const hooks = lifecycleHooks({ autoScaling: new AutoScalingClient(clientOptions(account)) });
  const hook = { ...HOOK, hookName: 'Terminate-LC-Hook' };
  const held = await holdHook({ hooks, clock, tell: (text) => said.push(text) }, hook, INSTANCE, {
    beganAt: clock.now(),
    wasHeld: false,
  });
  expect(held.endsAt).toBeUndefined();
  expect(account.calls).toEqual([]);
});
