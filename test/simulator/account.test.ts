import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DescribeClusterCommand, EKSClient, paginateListClusters } from '@aws-sdk/client-eks';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type SimulatedAccount, startSimulatedAccount } from '../../simulator/account/account.ts';
import { clientOptions } from './account-client-options.ts';

const STARTED = new Date('2026-11-20T10:00:00Z');
let now: Date;
let account: SimulatedAccount;

beforeEach(async () => {
  now = STARTED;
  account = await startSimulatedAccount({
    clock: { now: () => now, sleep: () => Promise.resolve() },
    region: 'us-east-2',
  });
});
afterEach(() => account.close());

test('the EKS client describes and pages through clusters', async () => {
  for (const name of ['a', 'b', 'c'])
    account.addCluster({ name, endpoint: `https://${name}.example`, ca: 'Q0E=' });
  const client = new EKSClient(clientOptions(account));
  const described = await client.send(new DescribeClusterCommand({ name: 'b' }));
  expect(described.cluster).toMatchObject({
    endpoint: 'https://b.example',
    certificateAuthority: { data: 'Q0E=' },
  });
  const names: string[] = [];
  for await (const page of paginateListClusters({ client, pageSize: 2 }, {}))
    names.push(...(page.clusters ?? []));
  expect(names).toEqual(['a', 'b', 'c']);
});

test('an unknown cluster is ResourceNotFoundException', async () => {
  const eks = new EKSClient(clientOptions(account));
  await expect(eks.send(new DescribeClusterCommand({ name: 'x' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'No cluster found for name: x.',
  });
});

test('an Auto Scaling group lists the instances whose tag names it', async () => {
  account.addAutoScalingGroup({
    name: 'gpu',
    desired: 2,
    min: 0,
    max: 4,
    zones: ['us-east-2a', 'us-east-2b'],
  });
  account.addAutoScalingGroup({ name: 'other', desired: 0, min: 0, max: 1 });
  account.addInstance({ instanceId: 'i-00000001', tags: { 'aws:autoscaling:groupName': 'gpu' } });
  account.addInstance({ instanceId: 'i-00000002', tags: { 'aws:autoscaling:groupName': 'other' } });
  const client = new AutoScalingClient(clientOptions(account));
  const output = await client.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ['gpu'] }));
  expect(output.AutoScalingGroups).toHaveLength(1);
  expect(output.AutoScalingGroups?.[0]).toMatchObject({
    AutoScalingGroupName: 'gpu',
    DesiredCapacity: 2,
    MaxSize: 4,
    AvailabilityZones: ['us-east-2a', 'us-east-2b'],
    Instances: [{ InstanceId: 'i-00000001', LifecycleState: 'InService', ProtectedFromScaleIn: false }],
  });
});

test('PutEvents keeps good entries and refuses a malformed one', async () => {
  const client = new EventBridgeClient(clientOptions(account));
  const entry = { EventBusName: 'spot', Source: 's', DetailType: 'd', Time: STARTED };
  const Entries = [
    { ...entry, Detail: '{"a":1}' },
    { ...entry, Detail: 'not json' },
  ];
  const output = await client.send(new PutEventsCommand({ Entries }));
  expect(output).toMatchObject({ FailedEntryCount: 1, Entries: [{}, { ErrorCode: 'MalformedDetail' }] });
  expect(account.events).toMatchObject([
    { bus: 'spot', source: 's', detailType: 'd', detail: { a: 1 }, time: STARTED },
  ]);
});

const FAULTY: readonly [string, string, (account: SimulatedAccount) => Promise<unknown>][] = [
  [
    'DescribeInstances',
    'RequestLimitExceeded',
    (a) => new EC2Client(clientOptions(a)).send(new DescribeInstancesCommand({})),
  ],
  [
    'DescribeCluster',
    'ThrottlingException',
    (a) => new EKSClient(clientOptions(a)).send(new DescribeClusterCommand({ name: 'c' })),
  ],
  [
    'DescribeAutoScalingGroups',
    'Throttling',
    (a) => new AutoScalingClient(clientOptions(a)).send(new DescribeAutoScalingGroupsCommand({})),
  ],
  [
    'PutEvents',
    'InternalException',
    (a) =>
      new EventBridgeClient(clientOptions(a)).send(
        new PutEventsCommand({ Entries: [{ Source: 's', DetailType: 'd', Detail: '{}' }] }),
      ),
  ],
];

test.each(FAULTY)(
  'an injected fault of %s reaches the client as %s, as often as asked',
  async (operation, code, call) => {
    account.addCluster({ name: 'c', endpoint: 'https://c.example', ca: 'Q0E=' });
    account.inject({ operation, code, times: 2 });
    await expect(call(account)).rejects.toMatchObject({ name: code });
    await expect(call(account)).rejects.toMatchObject({ name: code });
    await call(account);
    expect(account.calls.map((made) => made.operation)).toEqual([operation, operation, operation]);
    expect(account.calls[0]?.at).toEqual(STARTED);
  },
);

test('an unsigned request is refused', async () => {
  const response = await fetch(`${account.endpoint}/clusters`);
  expect(response.status).toBe(403);
  expect(response.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationToken');
});
