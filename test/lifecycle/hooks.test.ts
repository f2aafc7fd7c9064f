import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Clock } from '../../functions/clock.ts';
import { lifecycleHooks } from '../../functions/lifecycle/hooks.ts';
import { asInstanceId, type LifecycleHook } from '../../functions/signals/interruption.ts';
import { type SimulatedAccount, startSimulatedAccount } from '../../simulator/account/account.ts';
import { clientOptions } from '../simulator/account-client-options.ts';

const INSTANCE = asInstanceId('i-0aaaaaaaaaaaaaaa1') ?? expect.unreachable();
const HOOK: LifecycleHook = {
  autoScalingGroup: 'workers',
  hookName: 'drain',
  token: 't-1',
};
const NOW = new Date('2026-11-20T10:00:00Z');

/** Time stands still: no hook runs out. */
const stillClock: Clock = { now: () => NOW, sleep: () => new Promise(() => {}) };

let account: SimulatedAccount;
beforeEach(async () => {
  account = await startSimulatedAccount({ clock: stillClock, region: 'us-east-2' });
  account.addLifecycleAction({ group: 'workers', hook: 'drain', instanceId: INSTANCE, token: 't-1' });
});
afterEach(() => account.close());

function hooks(limit = {}) {
  return lifecycleHooks({ autoScaling: new AutoScalingClient(clientOptions(account)), ...limit });
}

test.each(['CONTINUE', 'ABANDON'] as const)('completes a waiting hook with %s', async (result) => {
  expect(await hooks().complete(HOOK, INSTANCE, result)).toEqual({ type: 'completed' });
  expect(account.lifecycleActions[0]?.result).toBe(result);
});

test('a heartbeat extends a waiting hook', async () => {
  expect(await hooks().heartbeat(HOOK, INSTANCE)).toEqual({ type: 'extended' });
  expect(account.lifecycleActions[0]?.heartbeats).toBe(1);
});

test.each(['Terminate-LC-Hook', 'Launch-LC-Hook'])("leaves EKS's own %s alone", async (hookName) => {
  const hook = { ...HOOK, hookName };
  expect(await hooks().complete(hook, INSTANCE, 'CONTINUE')).toEqual({ type: 'not-ours' });
  expect(await hooks().heartbeat(hook, INSTANCE)).toEqual({ type: 'not-ours' });
  expect(account.calls).toEqual([]);
});

test('a hook that was answered before is expired', async () => {
  await hooks().complete(HOOK, INSTANCE, 'CONTINUE');
  expect(await hooks().complete(HOOK, INSTANCE, 'CONTINUE')).toEqual({ type: 'expired' });
  expect(await hooks().heartbeat(HOOK, INSTANCE)).toEqual({ type: 'expired' });
});

test('another validation error is a failure, not an expiry', async () => {
  account.inject({
    operation: 'CompleteLifecycleAction',
    code: 'ValidationError',
    message: 'name too long',
    times: 1,
  });
  expect(await hooks().complete(HOOK, INSTANCE, 'CONTINUE')).toEqual({
    type: 'failed',
    reason:
      'autoscaling:CompleteLifecycleAction for hook drain of group workers: ValidationError: name too long',
  });
});

test('a refused permission is told, not thrown', async () => {
  account.inject({ operation: 'RecordLifecycleActionHeartbeat', code: 'AccessDenied', times: 1 });
  expect(await hooks().heartbeat(HOOK, INSTANCE)).toMatchObject({
    type: 'failed',
    reason: expect.stringContaining('AccessDenied'),
  });
});

test('an unreachable service is told, not thrown', async () => {
  await account.close();
  expect(await hooks().complete(HOOK, INSTANCE, 'CONTINUE')).toMatchObject({ type: 'failed' });
});

test('silence ends at the time limit', async () => {
  account.inject({ operation: 'CompleteLifecycleAction', silent: true, times: 1 });
  expect(await hooks({ timeoutMilliseconds: 100 }).complete(HOOK, INSTANCE, 'CONTINUE')).toEqual({
    type: 'failed',
    reason: 'autoscaling:CompleteLifecycleAction for hook drain of group workers: no answer within 0.1 s',
  });
});

test('a hook tells how long it waits, and how long it can be kept waiting', async () => {
  expect(await hooks().describe(HOOK)).toEqual({
    type: 'known',
    timeoutSeconds: 3_600,
    longestSeconds: 48 * 3_600,
  });
});

test('a hook that its group lost is told', async () => {
  expect(await hooks().describe({ ...HOOK, hookName: 'gone' })).toMatchObject({
    type: 'failed',
    reason: expect.stringContaining('no such hook'),
  });
});
