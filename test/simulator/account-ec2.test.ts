import { DescribeInstancesCommand, EC2Client, paginateDescribeInstances } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../functions/clock.ts';
import { type SimulatedAccount, startSimulatedAccount } from '../../simulator/account/account.ts';
import { clientOptions } from './account-client-options.ts';

let account: SimulatedAccount;

beforeEach(async () => {
  account = await startSimulatedAccount({
    clock: systemClock,
    region: 'us-east-2',
  });
});
afterEach(() => account.close());

async function idsBy(name: string, ...values: string[]): Promise<(string | undefined)[]> {
  const ec2 = new EC2Client(clientOptions(account));
  const output = await ec2.send(new DescribeInstancesCommand({ Filters: [{ Name: name, Values: values }] }));
  return (output.Reservations ?? [])
    .flatMap((reservation) => reservation.Instances ?? [])
    .map((i) => i.InstanceId);
}

test('the EC2 client reads every field of a seeded instance', async () => {
  account.addInstance({
    instanceId: 'i-0aaaaaaaaaaaaaaa1',
    type: 'p5.48xlarge',
    zone: 'us-east-2b',
    tags: { 'eks:cluster-name': 'a<b>&"c"', empty: '' },
    privateDnsName: 'ip-10-0-0-1.us-east-2.compute.internal',
    operatorManaged: true,
    reservation: 'cr-0fake1',
  });
  const ec2 = new EC2Client(clientOptions(account));
  const output = await ec2.send(new DescribeInstancesCommand({ InstanceIds: ['i-0aaaaaaaaaaaaaaa1'] }));
  expect(output.Reservations?.[0]?.Instances?.[0]).toMatchObject({
    InstanceId: 'i-0aaaaaaaaaaaaaaa1',
    InstanceType: 'p5.48xlarge',
    Placement: { AvailabilityZone: 'us-east-2b' },
    PrivateDnsName: 'ip-10-0-0-1.us-east-2.compute.internal',
    State: { Name: 'running', Code: 16 },
    Operator: { Managed: true, Principal: 'eks.amazonaws.com' },
    CapacityReservationId: 'cr-0fake1',
    Tags: [
      { Key: 'eks:cluster-name', Value: 'a<b>&"c"' },
      { Key: 'empty', Value: '' },
    ],
  });
});

test('an unknown instance id is InvalidInstanceID.NotFound', async () => {
  const ec2 = new EC2Client(clientOptions(account));
  await expect(
    ec2.send(new DescribeInstancesCommand({ InstanceIds: ['i-0fffffffffffffff1'] })),
  ).rejects.toMatchObject({
    name: 'InvalidInstanceID.NotFound',
    message: "The instance ID 'i-0fffffffffffffff1' does not exist",
  });
});

test.each([
  ['capacity-reservation-id', ['cr-0fake1'], ['i-00000001']],
  ['tag:eks:cluster-name', ['one', 'two'], ['i-00000001', 'i-00000002']],
  ['tag:eks:cluster-name', ['t*'], ['i-00000002']],
  ['tag-key', ['karpenter.sh/nodepool'], ['i-00000003']],
  ['instance-state-name', ['terminated'], ['i-00000003']],
  ['instance-id', ['i-00000002'], ['i-00000002']],
])('DescribeInstances filters by %s %j', async (name, values, expected) => {
  account.addInstance({
    instanceId: 'i-00000001',
    tags: { 'eks:cluster-name': 'one' },
    reservation: 'cr-0fake1',
  });
  account.addInstance({ instanceId: 'i-00000002', tags: { 'eks:cluster-name': 'two' } });
  account.addInstance({ instanceId: 'i-00000003', tags: { 'karpenter.sh/nodepool': 'gpu' } });
  account.setInstanceState('i-00000003', 'terminated');
  expect(await idsBy(name, ...values)).toEqual(expected);
});

test('an unknown filter is refused as by EC2', async () => {
  await expect(idsBy('no-such-filter', 'x')).rejects.toMatchObject({ name: 'InvalidParameterValue' });
});

test('DescribeInstances gives pages', async () => {
  for (const n of [1, 2, 3, 4, 5]) account.addInstance({ instanceId: `i-0000000${n}` });
  const sizes: (number | undefined)[] = [];
  const client = new EC2Client(clientOptions(account));
  for await (const page of paginateDescribeInstances({ client, pageSize: 2 }, {}))
    sizes.push(page.Reservations?.length);
  expect(sizes).toEqual([2, 2, 1]);
});

test('a removed instance is forgotten', async () => {
  account.addInstance({ instanceId: 'i-00000001' });
  account.removeInstance('i-00000001');
  expect(await idsBy('instance-id', 'i-00000001')).toEqual([]);
});
