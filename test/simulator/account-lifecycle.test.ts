import {
  AutoScalingClient,
  CompleteLifecycleActionCommand,
  DescribeAutoScalingInstancesCommand,
  DescribeLifecycleHooksCommand,
  RecordLifecycleActionHeartbeatCommand,
} from '@aws-sdk/client-auto-scaling';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type SimulatedAccount, startSimulatedAccount } from '../../simulator/account/account.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { clientOptions } from './account-client-options.ts';

const HOOK = { AutoScalingGroupName: 'gpu', LifecycleHookName: 'drain', InstanceId: 'i-00000001' };
const ACTION = { group: 'gpu', hook: 'drain', instanceId: 'i-00000001', token: 't-1' };

let clock: FakeClock;
let account: SimulatedAccount;
let client: AutoScalingClient;

beforeEach(async () => {
  clock = new FakeClock();
  account = await startSimulatedAccount({ clock, region: 'us-east-2' });
  client = new AutoScalingClient(clientOptions(account));
});
afterEach(() => account.close());

const heartbeat = () => client.send(new RecordLifecycleActionHeartbeatCommand(HOOK));
const complete = (token: string, result = 'CONTINUE') =>
  client.send(
    new CompleteLifecycleActionCommand({
      ...HOOK,
      LifecycleActionToken: token,
      LifecycleActionResult: result,
    }),
  );
const describeInstance = async () =>
  (await client.send(new DescribeAutoScalingInstancesCommand({ InstanceIds: ['i-00000001'] })))
    .AutoScalingInstances?.[0];

test('an action is completed once, by its token', async () => {
  account.addLifecycleAction(ACTION);
  await complete('t-1');
  expect(account.lifecycleActions[0]?.result).toBe('CONTINUE');
  await expect(complete('t-1')).rejects.toMatchObject({
    name: 'ValidationError',
    message: 'No active Lifecycle Action found with token t-1',
  });
});

test('a token that nobody gave out is refused', async () => {
  account.addLifecycleAction(ACTION);
  await expect(complete('t-2')).rejects.toThrow('No active Lifecycle Action found with token t-2');
  expect(account.lifecycleActions[0]?.result).toBeUndefined();
});

test('a result other than CONTINUE and ABANDON is refused', async () => {
  account.addLifecycleAction(ACTION);
  await expect(complete('t-1', 'PERHAPS')).rejects.toMatchObject({ name: 'ValidationError' });
});

test('a heartbeat restarts the timeout', async () => {
  account.addLifecycleAction({ ...ACTION, timeoutSeconds: 60 });
  await clock.advance(50_000);
  await heartbeat();
  await clock.advance(50_000);
  await heartbeat();
  expect(account.lifecycleActions[0]).toMatchObject({ heartbeats: 2 });
  await clock.advance(60_000);
  await expect(heartbeat()).rejects.toThrow('No active Lifecycle Action found with instance ID i-00000001');
});

test('heartbeats stretch the wait to 100 timeouts, no further', async () => {
  account.addLifecycleAction({ ...ACTION, timeoutSeconds: 30 });
  for (let beat = 0; beat < 149; beat++) {
    await clock.advance(20_000);
    await heartbeat();
  }
  expect(account.lifecycleActions[0]?.timedOut).toBeUndefined();
  await clock.advance(20_000);
  expect(account.lifecycleActions[0]).toMatchObject({ result: 'ABANDON', timedOut: true });
});

test('an answer that nobody gives is the default result, and Auto Scaling goes on', async () => {
  const whenOver = vi.fn();
  account.addLifecycleAction({ ...ACTION, timeoutSeconds: 60, defaultResult: 'CONTINUE', whenOver });
  await clock.advance(59_999);
  expect(whenOver).not.toHaveBeenCalled();
  await clock.advance(1);
  expect(whenOver).toHaveBeenCalledExactlyOnceWith('CONTINUE');
  await expect(complete('t-1')).rejects.toThrow('No active Lifecycle Action found');
});

test.each([
  [30, 3_000],
  [3_600, 48 * 3_600],
])('a hook of %i s is described with its global timeout of %i s', async (timeoutSeconds, global) => {
  account.addLifecycleAction({ ...ACTION, timeoutSeconds });
  const { LifecycleHooks } = await client.send(
    new DescribeLifecycleHooksCommand({ AutoScalingGroupName: 'gpu', LifecycleHookNames: ['drain'] }),
  );
  expect(LifecycleHooks).toEqual([
    {
      AutoScalingGroupName: 'gpu',
      LifecycleHookName: 'drain',
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
      HeartbeatTimeout: timeoutSeconds,
      GlobalTimeout: global,
      DefaultResult: 'ABANDON',
    },
  ]);
});

test('hooks of an unknown group are refused, of unknown names left out', async () => {
  const describe = (group: string) =>
    client.send(
      new DescribeLifecycleHooksCommand({ AutoScalingGroupName: group, LifecycleHookNames: ['other'] }),
    );
  account.addLifecycleAction(ACTION);
  expect((await describe('gpu')).LifecycleHooks ?? []).toEqual([]);
  await expect(describe('nowhere')).rejects.toMatchObject({ name: 'ValidationError' });
});

test('an instance tells its lifecycle state, as long as a group knows it', async () => {
  account.addInstance({ instanceId: 'i-00000001', tags: { 'aws:autoscaling:groupName': 'gpu' } });
  expect(await describeInstance()).toMatchObject({
    LifecycleState: 'InService',
    AutoScalingGroupName: 'gpu',
  });
  account.addLifecycleAction(ACTION);
  expect(await describeInstance()).toMatchObject({ LifecycleState: 'Terminating:Wait' });
  account.setInstanceState('i-00000001', 'stopped', 'Warmed:Stopped');
  expect(await describeInstance()).toMatchObject({ LifecycleState: 'Warmed:Stopped' });
  account.removeInstance('i-00000001');
  expect(await describeInstance()).toBeUndefined();
});
