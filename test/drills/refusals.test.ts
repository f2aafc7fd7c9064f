import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../functions/clock.ts';
import type { SimulatedAccount } from '../../simulator/account/account.ts';
import { runHere } from '../cli/run-here.ts';
import { asOperator } from '../enroll/scene.ts';
import { CLUSTER_TAGS, DRILL_TAG, deploy, INSTANCE, openAccount } from './scene.ts';

let account: SimulatedAccount;
beforeEach(async () => {
  account = await openAccount(systemClock);
});
afterEach(() => account.close());

const run = (...args: readonly string[]) => runHere(asOperator(account), 'drill', ...args);

test.each([
  ['--instance', INSTANCE, 'i-0aaaaaaaaaaaaaaa2'],
  ['--group', 'gpu', 'other'],
])(
  '%s %s is refused while something else carries the tag, which the experiment could reach',
  async (flag, id, other) => {
    const tags = { [DRILL_TAG]: 'requested' };
    account.addInstance({ instanceId: 'i-0aaaaaaaaaaaaaaa2', spot: true, tags });
    account.addAutoScalingGroup({ name: 'other', desired: 0, min: 0, max: 1, tags });
    const { code, stderr } = await run(flag, id, '--yes');
    expect(code).toBe(2);
    expect(stderr).toContain(`${flag} ${id}: ${other} carries the tag ${DRILL_TAG} too`);
    expect(account.experiments).toEqual([]);
  },
);

test('a group that also launches where the experiment refuses nothing is refused, before anybody is asked', async () => {
  account.addAutoScalingGroup({
    name: 'wide',
    desired: 0,
    min: 0,
    max: 2,
    zones: ['us-east-2a', 'us-east-2d'],
  });
  const { code, stderr } = await run('--group', 'wide', '--yes');
  expect(code).toBe(2);
  expect(stderr).toContain('--group wide: it also launches in us-east-2d');
  expect(stderr).toContain('aws ec2 create-default-subnet --availability-zone us-east-2d');
  expect(account.experiments).toEqual([]);
});

test.each([
  [[], 'say what to drill'],
  [['--instance', INSTANCE, '--group', 'gpu'], 'say what to drill'],
  [['--instance', 'i-0aaaaaaaaaaaaaaa9', '--yes'], 'it is not there in us-east-2'],
  [['--group', 'cpu', '--yes'], 'there is no such Auto Scaling group in us-east-2'],
  [['--instance', INSTANCE], 'Give --yes when you are sure'],
])('%o is refused, and nothing is tagged or started', async (args, message) => {
  const { code, stderr, stdout } = await run(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(account.experiments).toEqual([]);
  expect(account.calls.map(({ operation }) => operation)).not.toContain('CreateTags');
});

test.each([
  ['an on-demand instance', { spot: false }, 'it is no spot instance'],
  ['an instance of no cluster', { tags: {} }, 'name an instance that is a node of one of your clusters'],
  ['a stopped instance', { state: 'stopped' }, 'it is stopped'],
  [
    'a node of EKS Auto Mode',
    { tags: { 'eks:eks-cluster-name': 'ml-prod', 'eks:kubernetes-node-pool-name': 'gpu' } },
    'AWS FIS cannot interrupt those',
  ],
] as const)('%s is refused', async (_name, change, message) => {
  account.addInstance({ instanceId: INSTANCE, spot: true, tags: CLUSTER_TAGS, ...change });
  const { code, stderr } = await run('--instance', INSTANCE, '--yes');
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

test('a stack without drills: how to deploy it with them', async () => {
  deploy(account, { withDrills: false });
  const { code, stderr } = await run('--instance', INSTANCE, '--yes');
  expect(code).toBe(2);
  expect(stderr).toContain('npx cdk deploy -c drills=true');
});
