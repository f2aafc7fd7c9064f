import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DrillDeps, drill } from '../../cli/drill/drill.ts';
import { openExperiments } from '../../cli/drill/fis.ts';
import { findGroup } from '../../cli/drill/group.ts';
import { findInstance } from '../../cli/drill/instance.ts';
import { scaledClock } from '../../functions/clock.ts';
import type { Sighting } from '../../functions/incidents/overview.ts';
import { DRILL_DESCRIPTIONS, describeAccessEntry } from '../../infra/outputs.ts';
import { type SimulatedAccount, startSimulatedAccount } from '../../simulator/account/account.ts';
import { runHere } from '../cli/run-here.ts';
import { asOperator, operator, region } from '../enroll/scene.ts';
import { clientOptions } from '../simulator/account-client-options.ts';

const INSTANCE = 'i-0aaaaaaaaaaaaaaa1';
const DRILL_TAG = 'spot-responder/drill';
const clock = scaledClock(2_000);
let account: SimulatedAccount;

beforeEach(async () => {
  account = await startSimulatedAccount({ clock, region });
  const tags = { 'kubernetes.io/cluster/ml-prod': 'owned' };
  account.addInstance({ instanceId: INSTANCE, spot: true, tags });
  account.addAutoScalingGroup({ name: 'gpu', desired: 0, min: 0, max: 2 });
  deploy({ withDrills: true });
});
afterEach(() => account.close());

function deploy({ withDrills }: { readonly withDrills: boolean }): void {
  const outputs = [
    { key: 'ResponderRole', value: 'arn', description: describeAccessEntry('spot-responder') },
    { key: 'Drill1', value: 'EXT1', description: DRILL_DESCRIPTIONS.interruption },
    { key: 'Drill2', value: 'EXT2', description: DRILL_DESCRIPTIONS.capacity },
  ];
  const type = 'AWS::FIS::ExperimentTemplate';
  account.addStack({
    name: 'SpotResponder',
    outputs: withDrills ? outputs : outputs.slice(0, 1),
    resources: ['EXT1', 'EXT2'].map((logicalId) => ({ logicalId, type })),
  });
}

function run(...args: readonly string[]) {
  const environment = asOperator(account);
  return runHere(environment, 'drill', ...args);
}

interface Watching {
  readonly deps: DrillDeps;
  readonly told: string[];
  readonly stop: AbortController;
}

function watch(findIncident: DrillDeps['findIncident'] = async () => undefined): Watching {
  const told: string[] = [];
  const stop = new AbortController();
  const credentials = async () => operator;
  const experiments = openExperiments({ region, credentials, endpoint: account.endpoint });
  const tell = (line: string) => void told.push(line);
  return { told, stop, deps: { experiments, clock, findIncident, tell, signal: stop.signal } };
}

function closed(): Sighting {
  const standing = { type: 'closed', closedAt: clock.now(), outcome: 'emptied', reason: undefined } as const;
  const facts = { incidentId: 'a', kind: 'spot-interruption', severity: 'hard' } as const;
  return { ...facts, instanceId: INSTANCE, noticedAt: clock.now(), standing };
}

test('an instance is tagged while its experiment runs, followed until the responder has closed its incident, and untagged', async () => {
  const { deps, told } = watch(async () => {
    expect(account.experiments).toMatchObject([{ templateId: 'EXT1', status: 'running' }]);
    return closed();
  });
  const target = await findInstance(new EC2Client(clientOptions(account)), INSTANCE, region);
  expect(await drill(target, 'EXT1', deps)).toMatchObject({ type: 'seen', experiment: 'EXP1' });
  expect(told).toEqual([
    `Marked ${INSTANCE}; AWS FIS sees it in some seconds.`,
    'Experiment EXP1 started. Ctrl-C stops it.',
    'AWS FIS: running',
    'Responder: closed',
  ]);
  const operations = account.calls.map(({ operation }) => operation);
  expect(operations.indexOf('CreateTags')).toBeLessThan(operations.indexOf('StartExperiment'));
  expect(operations.at(-1)).toBe('DeleteTags');
});

test('a responder that does nothing is not waited for for ever', async () => {
  const { deps } = watch();
  const target = await findInstance(new EC2Client(clientOptions(account)), INSTANCE, region);
  const ended = drill(target, 'EXT1', {
    ...deps,
    findIncident: async () => {
      for (const experiment of account.experiments) experiment.status = 'completed';
      return undefined;
    },
  });
  expect(await ended).toEqual({ type: 'unanswered', experiment: 'EXP1' });
});

test('a group has no capacity until the experiment is over', async () => {
  const { deps } = watch();
  const target = await findGroup(new AutoScalingClient(clientOptions(account)), 'gpu', region);
  const tell = (line: string) => {
    expect(account.autoScalingGroup('gpu')?.tags?.[DRILL_TAG]).toBe('requested');
    if (line.includes('running')) for (const each of account.experiments) each.status = 'completed';
  };
  expect(await drill(target, 'EXT2', { ...deps, tell })).toEqual({ type: 'seen', experiment: 'EXP1' });
  expect(account.autoScalingGroup('gpu')?.tags).toEqual({});
});

test('Ctrl-C stops the experiment and takes the tag away', async () => {
  const { deps, stop } = watch(async () => {
    stop.abort();
    return undefined;
  });
  const target = await findInstance(new EC2Client(clientOptions(account)), INSTANCE, region);
  expect(await drill(target, 'EXT1', deps)).toEqual({ type: 'stopped', experiment: 'EXP1' });
  expect(account.experiments).toMatchObject([{ status: 'stopped' }]);
  expect(account.calls.at(-1)?.operation).toBe('DeleteTags');
});

test('an experiment that AWS FIS cannot carry out is told with its reason', async () => {
  const { deps } = watch();
  const target = await findInstance(new EC2Client(clientOptions(account)), INSTANCE, region);
  const end = await drill({ ...target, mark: async () => undefined }, 'EXT1', deps);
  expect(end).toEqual({
    type: 'failed',
    experiment: 'EXP1',
    reason: 'Target resolution returned empty set',
  });
});

test('looks that AWS does not answer are made again, and told once', async () => {
  const { deps, told } = watch(async () => closed());
  const target = await findInstance(new EC2Client(clientOptions(account)), INSTANCE, region);
  account.inject({ operation: 'GetExperiment', times: 3, code: 'InternalServerException' });
  expect(await drill(target, 'EXT1', deps)).toMatchObject({ type: 'seen' });
  expect(told.filter((line) => line.includes('Looking again.'))).toHaveLength(1);
});

test('an experiment that cannot be looked at any more is stopped, and its mark taken away', async () => {
  const { deps } = watch();
  const target = await findInstance(new EC2Client(clientOptions(account)), INSTANCE, region);
  account.inject({ operation: 'GetExperiment', times: 50, code: 'AccessDeniedException' });
  await expect(drill(target, 'EXT1', deps)).rejects.toThrow('Allow fis:GetExperiment on experiment EXP1');
  expect(account.experiments).toMatchObject([{ status: 'stopped' }]);
  expect(account.calls.at(-1)?.operation).toBe('DeleteTags');
});

test('a mark that cannot be taken away, and an experiment that cannot be stopped, hide no end: the commands are told', async () => {
  const { deps, stop, told } = watch(async () => {
    stop.abort();
    return undefined;
  });
  const target = await findInstance(new EC2Client(clientOptions(account)), INSTANCE, region);
  account.inject({ operation: 'StopExperiment', times: 1, code: 'AccessDeniedException' });
  account.inject({ operation: 'DeleteTags', times: 1, code: 'UnauthorizedOperation' });
  expect(await drill(target, 'EXT1', deps)).toEqual({ type: 'stopped', experiment: 'EXP1' });
  expect(told.join('\n')).toContain('To stop it: aws fis stop-experiment --id EXP1');
  expect(told.join('\n')).toContain(
    `To take the mark away: aws ec2 delete-tags --region us-east-2 --resources ${INSTANCE} --tags Key=${DRILL_TAG}`,
  );
});

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

test('an experiment that the account’s safety lever cancels has failed', async () => {
  const { deps } = watch(async () => {
    const reason = 'The safety lever is engaged';
    for (const experiment of account.experiments) Object.assign(experiment, { status: 'cancelled', reason });
    return undefined;
  });
  const target = await findInstance(new EC2Client(clientOptions(account)), INSTANCE, region);
  expect(await drill(target, 'EXT1', deps)).toEqual({
    type: 'failed',
    experiment: 'EXP1',
    reason: 'The safety lever is engaged',
  });
});

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
  const tags = { 'kubernetes.io/cluster/ml-prod': 'owned' };
  account.addInstance({ instanceId: INSTANCE, spot: true, tags, ...change });
  const { code, stderr } = await run('--instance', INSTANCE, '--yes');
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

test('a stack without drills: how to deploy it with them', async () => {
  deploy({ withDrills: false });
  const { code, stderr } = await run('--instance', INSTANCE, '--yes');
  expect(code).toBe(2);
  expect(stderr).toContain('npx cdk deploy -c drills=true');
});

test('a permission that is missing is named, and the tag is taken away again', async () => {
  account.inject({ operation: 'StartExperiment', times: 1, code: 'AccessDeniedException' });
  const { deps } = watch();
  const target = await findInstance(new EC2Client(clientOptions(account)), INSTANCE, region);
  await expect(drill(target, 'EXT1', deps)).rejects.toThrow('Allow fis:StartExperiment on template EXT1');
  expect(account.calls.at(-1)?.operation).toBe('DeleteTags');
});
