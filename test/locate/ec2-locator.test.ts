import { DescribeInstancesCommand, EC2Client, EC2ServiceException } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Clock } from '../../functions/clock.ts';
import { AwsCallError } from '../../functions/errors.ts';
import { ec2Locator } from '../../functions/locate/ec2-locator.ts';
import { type SimulatedAccount, startSimulatedAccount } from '../../simulator/account/account.ts';
import { clientOptions } from '../simulator/account-client-options.ts';
import { instanceId } from './instance-id.ts';

let account: SimulatedAccount;
let slept: number[];
let clock: Clock;

beforeEach(async () => {
  slept = [];
  let now = Date.parse('2026-11-20T10:00:00Z');
  clock = {
    now: () => new Date(now),
    sleep: async (ms) => {
      slept.push(ms);
      now += ms;
    },
  };
  account = await startSimulatedAccount({ clock, region: 'us-east-2' });
});
afterEach(() => account.close());

function locator() {
  return ec2Locator({ ec2: new EC2Client(clientOptions(account)), clock, random: () => 0.5 });
}

const ID = instanceId(1);
const TAGS = { 'eks:cluster-name': 'c1', 'eks:nodegroup-name': 'gpu', 'kubernetes.io/cluster/c1': 'owned' };

test('locates a node of a managed group with one call', async () => {
  account.addInstance({
    instanceId: ID,
    type: 'g5.xlarge',
    zone: 'us-east-2b',
    tags: TAGS,
    privateDnsName: 'ip-10-0-0-1.x',
  });
  expect(await locator().locate(ID)).toEqual({
    type: 'located',
    instance: {
      instanceId: ID,
      clusterName: 'c1',
      owner: { type: 'managed-node-group', nodeGroup: 'gpu' },
      nodeNameHint: 'ip-10-0-0-1.x',
      instanceType: 'g5.xlarge',
      zone: 'us-east-2b',
      capacity: 'on-demand',
      providerId: `aws:///us-east-2b/${ID}`,
      region: 'us-east-2',
    },
  });
  expect(account.calls.map((call) => call.operation)).toEqual(['DescribeInstances']);
});

test('knows a spot instance by what EC2 says of its lifecycle', async () => {
  account.addInstance({ instanceId: ID, tags: TAGS, spot: true });
  expect(await locator().locate(ID)).toMatchObject({ instance: { capacity: 'spot' } });
});

test("sees Auto Mode's instances by EC2's word", async () => {
  account.addInstance({ instanceId: ID, tags: { 'eks:eks-cluster-name': 'c1' }, operatorManaged: true });
  expect(await locator().locate(ID)).toMatchObject({ instance: { owner: { type: 'auto-mode' } } });
});

test('a terminated instance that still has its tags is located, without a name', async () => {
  account.addInstance({ instanceId: ID, tags: TAGS, state: 'terminated', privateDnsName: 'ip-10-0-0-1.x' });
  const location = await locator().locate(ID);
  expect(location).toMatchObject({ type: 'located', instance: { clusterName: 'c1' } });
  expect(location).not.toHaveProperty('instance.nodeNameHint');
});

test('a terminated instance that lost its tags is gone', async () => {
  account.addInstance({ instanceId: ID, state: 'terminated' });
  expect(await locator().locate(ID)).toMatchObject({ type: 'gone' });
});

test('an instance that EC2 does not know is gone, without a retry', async () => {
  expect(await locator().locate(ID)).toEqual({ type: 'gone', reason: `EC2 knows no instance ${ID}` });
  expect(account.calls).toHaveLength(1);
});

test('an instance without cluster tags is not ours', async () => {
  account.addInstance({ instanceId: ID, tags: { team: 'web' } });
  expect(await locator().locate(ID)).toMatchObject({ type: 'not-ours' });
});

test('an instance with two cluster names is ambiguous', async () => {
  account.addInstance({ instanceId: ID, tags: { ...TAGS, 'kubernetes.io/cluster/c2': 'owned' } });
  expect(await locator().locate(ID)).toMatchObject({ type: 'ambiguous' });
});

test.each(['RequestLimitExceeded', 'Throttling', 'InternalError', 'Unavailable'])(
  'retries %s with growing, jittered pauses',
  async (code) => {
    account.addInstance({ instanceId: ID, tags: TAGS });
    account.inject({ operation: 'DescribeInstances', code, times: 3 });
    expect(await locator().locate(ID)).toMatchObject({ type: 'located' });
    expect(slept).toEqual([100, 200, 400]);
  },
);

test('gives up on endless throttling within 10 s and says what to do', async () => {
  account.inject({ operation: 'DescribeInstances', code: 'RequestLimitExceeded', times: 1_000 });
  const error = await locator()
    .locate(ID)
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AwsCallError);
  expect(error).toMatchObject({ operation: 'DescribeInstances', code: 'RequestLimitExceeded' });
  expect(String(error)).toMatch(
    /ec2:DescribeInstances failed after \d+ attempts .* ask for a higher request rate/,
  );
  const total = slept.reduce((sum, ms) => sum + ms, 0);
  expect(total).toBeGreaterThan(8_000);
  expect(total).toBeLessThanOrEqual(10_000);
});

test('a missing permission fails at once and names the policy', async () => {
  account.inject({ operation: 'DescribeInstances', code: 'UnauthorizedOperation', times: 1 });
  await expect(locator().locate(ID)).rejects.toThrow(/Allow ec2:DescribeInstances on "\*" in the policy/);
  expect(slept).toEqual([]);
});

test.each([
  ['a lost connection', Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })],
  ['a call without an answer', Object.assign(new Error('Request aborted'), { name: 'AbortError' })],
])('%s is retried', async (_, fault) => {
  const ec2 = new EC2Client({ region: 'us-east-2' });
  const mock = mockClient(ec2);
  const Instances = [{ InstanceId: ID, Tags: [{ Key: 'eks:cluster-name', Value: 'c1' }] }];
  mock
    .on(DescribeInstancesCommand)
    .rejectsOnce(fault)
    .resolves({ Reservations: [{ Instances }] });
  expect(await ec2Locator({ ec2, clock, random: () => 0 }).locate(ID)).toMatchObject({ type: 'located' });
  expect(mock.commandCalls(DescribeInstancesCommand)).toHaveLength(2);
});

test.each([
  ['AuthFailure', /valid AWS credentials/],
  ['InvalidInstanceID.Malformed', /EC2 API error codes/],
])('%s is not retried', async (name, remedy) => {
  const ec2 = new EC2Client({ region: 'us-east-2' });
  const mock = mockClient(ec2);
  mock
    .onAnyCommand()
    .rejects(
      new EC2ServiceException({ name, message: 'no', $fault: 'client', $metadata: { httpStatusCode: 401 } }),
    );
  await expect(ec2Locator({ ec2, clock, random: () => 0 }).locate(ID)).rejects.toThrow(remedy);
  expect(mock.calls()).toHaveLength(1);
});

test('lists the running and starting instances of a capacity reservation', async () => {
  account.addInstance({ instanceId: instanceId(1), reservation: 'cr-0fake1' });
  account.addInstance({ instanceId: instanceId(2), reservation: 'cr-0fake1', state: 'pending' });
  account.addInstance({ instanceId: instanceId(3), reservation: 'cr-0fake1', state: 'terminated' });
  account.addInstance({ instanceId: instanceId(4), reservation: 'cr-0fake2' });
  account.addInstance({ instanceId: instanceId(5) });
  expect(await locator().instancesOfReservation('cr-0fake1')).toEqual([instanceId(1), instanceId(2)]);
});

test('a reservation without instances is an empty list', async () => {
  expect(await locator().instancesOfReservation('cr-0none')).toEqual([]);
});
