import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DrillDeps, drill } from '../../cli/drill/drill.ts';
import { openExperiments } from '../../cli/drill/fis.ts';
import { findGroup } from '../../cli/drill/group.ts';
import { findInstance } from '../../cli/drill/instance.ts';
import { scaledClock } from '../../functions/clock.ts';
import type { Sighting } from '../../functions/incidents/overview.ts';
import type { SimulatedAccount } from '../../simulator/account/account.ts';
import { operator, region } from '../enroll/scene.ts';
import { clientOptions } from '../simulator/account-client-options.ts';
import { DRILL_TAG, INSTANCE, openAccount } from './scene.ts';

const clock = scaledClock(2_000);
let account: SimulatedAccount;
beforeEach(async () => {
  account = await openAccount(clock);
});
afterEach(() => account.close());

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
  expect(told.join('\n')).toContain('To stop it: aws fis stop-experiment --region us-east-2 --id EXP1');
  expect(told.join('\n')).toContain(
    `To take the mark away: aws ec2 delete-tags --region us-east-2 --resources ${INSTANCE} --tags Key=${DRILL_TAG}`,
  );
});

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

test('a permission that is missing is named, and the tag is taken away again', async () => {
  account.inject({ operation: 'StartExperiment', times: 1, code: 'AccessDeniedException' });
  const { deps } = watch();
  const target = await findInstance(new EC2Client(clientOptions(account)), INSTANCE, region);
  await expect(drill(target, 'EXT1', deps)).rejects.toThrow('Allow fis:StartExperiment on template EXT1');
  expect(account.calls.at(-1)?.operation).toBe('DeleteTags');
});
