import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DoctorScene, openDoctorScene } from './scene.ts';

let scene: DoctorScene;
beforeEach(async () => {
  scene = await openDoctorScene();
});
afterEach(() => scene.close());

test('all that was just deployed is well; that no cluster is enrolled is not', async () => {
  const findings = await scene.diagnose();
  expect(findings.filter(({ type }) => type !== 'ok')).toMatchObject([
    { check: 'clusters', type: 'wrong', problem: expect.stringContaining('no cluster is enrolled') },
  ]);
  expect([...new Set(findings.map(({ check }) => check))]).toEqual([
    'stack',
    'rules',
    'rule targets',
    'extra regions',
    'functions',
    'concurrency',
    'schedules',
    'pollers',
    'dead letters',
    'table',
    'Slack',
    'fallback pools',
    'clusters',
  ]);
}, 60_000);

test.each([
  ['rules', 'DescribeRule', 'events:DescribeRule'],
  ['extra regions', 'ListRuleNamesByTarget', 'events:ListRuleNamesByTarget'],
  ['functions', 'GetFunctionConfiguration', 'lambda:GetFunctionConfiguration'],
  ['rule targets', 'GetTemplate', 'cloudformation:GetTemplate'],
  ['concurrency', 'GetAccountSettings', 'lambda:GetAccountSettings'],
  ['schedules', 'GetSchedule', 'scheduler:GetSchedule'],
  ['pollers', 'GetEventSourceMapping', 'lambda:GetEventSourceMapping'],
  ['dead letters', 'GetQueueAttributes', 'sqs:GetQueueAttributes'],
  ['Slack', 'GetSecretValue', 'secretsmanager:GetSecretValue'],
  ['clusters', 'ListClusters', 'eks:ListClusters'],
])(
  '%s: what may not be looked at is said with the permission',
  async (check, operation, permission) => {
    scene.account.inject({ operation, times: 30, code: 'AccessDeniedException' });
    const findings = await scene.findingsOf(check);
    expect(findings.length).toBeGreaterThan(0);
    for (const finding of findings) expect(finding).toMatchObject({ type: 'not-seen', permission });
  },
  60_000,
);

test('for people: a line a finding with its remedy below, a sum, and exit code 1 when something is wrong', async () => {
  const { code, stderr, stdout } = await scene.run('doctor');
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(stdout).toContain('✓ stack                    SpotResponder: CREATE_COMPLETE');
  expect(stdout).toMatch(/✗ clusters .*no cluster is enrolled.*\n +→ spot-responder enroll CLUSTER/);
  expect(stdout).toMatch(/\d+ well, 1 wrong, 0 not seen\./);
}, 60_000);

test('status finds the table by the stack, in the region that is named', async () => {
  const elsewhere = await scene.run('status', '--region', 'ap-south-1', '--table', 'Nowhere');
  expect(elsewhere.stderr).toContain('Nowhere');
  const { code, stderr, stdout } = await scene.run('status');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('Nothing is open.');
  const lost = await scene.run('status', '--stack', 'Nowhere');
  expect(lost.code).toBe(2);
  expect(lost.stderr).toContain('--stack Nowhere: there is no such stack');
}, 60_000);
