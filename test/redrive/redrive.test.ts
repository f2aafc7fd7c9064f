import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../functions/clock.ts';
import { DEAD_NOTICES_QUEUE, NOTICES_QUEUE } from '../../functions/notify/queue-names.ts';
import { retimeEvent } from '../../functions/signals/retime.ts';
import { CHAIN_DESCRIPTIONS, describeAccessEntry } from '../../infra/outputs.ts';
import { type SimulatedAccount, startSimulatedAccount } from '../../simulator/account/account.ts';
import type { SimulatedQueue } from '../../simulator/account/message-queue.ts';
import { runHere } from '../cli/run-here.ts';
import { asOperator, RESPONDER, region } from '../enroll/scene.ts';

const OTHER = 'eu-west-1';
const BUS = 'arn:aws:events:us-east-2:111122223333:event-bus/spot-responder';
let account: SimulatedAccount;
let dead: SimulatedQueue;
let events: SimulatedQueue;
let failedRuns: SimulatedQueue;
let notForwarded: SimulatedQueue;

beforeEach(async () => {
  account = await startSimulatedAccount({ clock: systemClock, region });
  dead = account.addQueue({ name: 'DeadLetters' });
  events = account.addQueue({ name: 'Continuations', deadLetterQueue: dead });
  failedRuns = account.addQueue({ name: 'FailedRuns' });
  notForwarded = account.addQueue({ name: 'NotForwarded' });
  deploy({});
});
afterEach(() => account.close());

function deploy({ extraRegions }: { readonly extraRegions?: string }): void {
  const outputs = [
    { key: 'ResponderRole', value: RESPONDER, description: describeAccessEntry('spot-responder') },
    { key: 'EventBus', value: 'spot-responder', description: CHAIN_DESCRIPTIONS.bus },
    { key: 'DeadLetterQueue', value: dead.url, description: CHAIN_DESCRIPTIONS.deadLetters },
    { key: 'FailedRunsQueue', value: failedRuns.url, description: CHAIN_DESCRIPTIONS.failedRuns },
    { key: 'EventQueue', value: events.url, description: CHAIN_DESCRIPTIONS.events },
  ];
  const regions = {
    key: 'ExtraRegions',
    value: extraRegions ?? '',
    description: CHAIN_DESCRIPTIONS.extraRegions,
  };
  account.addStack({ name: 'SpotResponder', outputs: extraRegions ? [...outputs, regions] : outputs });
  const answer = { Targets: [{ Id: 'a', Arn: BUS, DeadLetterConfig: { Arn: notForwarded.arn } }] };
  account.addStack({
    name: `SpotResponder-${OTHER}`,
    region: OTHER,
    outputs: [],
    resources: ['one', 'two'].map((logicalId) => ({ logicalId, type: 'AWS::Events::Rule', answer })),
  });
}

function warning(secondsAgo: number): string {
  const path = new URL('../../events/spot-interruption-terminate.json', import.meta.url);
  return JSON.stringify(
    retimeEvent(JSON.parse(readFileSync(path, 'utf8')), new Date(Date.now() - secondsAgo * 1_000)),
  );
}

function redrive(...args: readonly string[]) {
  const environment = asOperator(account);
  return runHere(environment, 'redrive', ...args);
}

function bodiesOf(queue: SimulatedQueue): readonly string[] {
  return queue.sent.map(({ body }) => body);
}

test('what can still be acted on is sent to the responder at once, what is too late is named and thrown away', async () => {
  const [fresh, late] = [warning(20), warning(900)];
  dead.send(fresh, 0, { attributes: { ERROR_CODE: 'THROTTLING' } });
  dead.send(late, 0, { givenUpBy: events.arn });
  const { code, stderr, stdout } = await redrive('--yes');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(
    /send again Spot interruption of i-\w+, .*\n.*EventBridge could not deliver it \(THROTTLING\)/,
  );
  expect(stdout).toMatch(
    /too late {3}Spot interruption of i-\w+, .*\n.*\(Continuations\); its deadline passed 13 minutes ago/,
  );
  expect(stdout).toContain('responder: 1 sent again, 1 thrown away.');
  expect(events.sent).toMatchObject([{ body: fresh, delaySeconds: 0 }]);
  expect(dead.waiting()).toBe(0);
});

test('an event that is there for both its targets is sent once', async () => {
  const body = warning(5);
  for (let target = 0; target < 2; target += 1) dead.send(body);
  expect((await redrive('--yes')).code).toBe(0);
  expect(bodiesOf(events)).toEqual([body]);
  expect(dead.waiting()).toBe(0);
});

test('--dry-run shows and changes nothing: everything can be received again at once', async () => {
  dead.send(warning(20));
  dead.send(warning(900));
  const { code, stdout } = await redrive('--dry-run');
  expect(code).toBe(0);
  expect(stdout).toContain('2 dead letters');
  expect(events.sent).toEqual([]);
  expect(dead.receive(10)).toHaveLength(2);
});

test('without a terminal and without --yes nothing is done, and everything can be received again', async () => {
  dead.send(warning(20));
  const { code, stderr } = await redrive();
  expect({ code, stderr: stderr.split('\n')[0] }).toEqual({
    code: 2,
    stderr: expect.stringContaining('redrive: nobody is there to be asked (no terminal). Give --yes'),
  });
  expect(events.sent).toEqual([]);
  expect(dead.receive(10)).toHaveLength(1);
});

test('what nobody can read stays, and the exit code says that something is left', async () => {
  dead.send('{');
  dead.send(warning(5));
  const { code, stdout } = await redrive('responder', '--yes');
  expect(code).toBe(1);
  expect(stdout).toContain('responder: 1 sent again, 0 thrown away, 1 left where they were.');
  expect(dead.receive(10).map(({ body }) => body)).toEqual(['{']);
});

test('a queue that takes nothing more: what was not sent stays, what was sent does not', async () => {
  for (const age of [5, 6, 7]) dead.send(warning(age));
  account.inject({ operation: 'SendMessage', times: 1, code: 'AccessDenied' });
  const { code, stderr } = await redrive('--yes');
  expect(code).toBe(1);
  expect(stderr).toContain('Allow sqs:SendMessage on Continuations');
  expect(dead.receive(10)).toHaveLength(3);
});

test('a letter whose removal fails is sent again the next time, and nothing is lost', async () => {
  dead.send(warning(5));
  account.inject({ operation: 'DeleteMessage', times: 1, code: 'InternalFailure' });
  expect((await redrive('--yes')).code).toBe(1);
  expect((await redrive('--yes')).code).toBe(0);
  expect(new Set(bodiesOf(events)).size).toBe(1);
  expect(dead.waiting()).toBe(0);
});

test('more than SQS gives at once', async () => {
  for (let n = 0; n < 37; n += 1) dead.send(warning(1_000 + n));
  const { stdout } = await redrive('--yes');
  expect(stdout).toContain('responder: 0 sent again, 37 thrown away.');
});

describe('an extra region', () => {
  test('what it could not forward goes to the responder in the home region', async () => {
    deploy({ extraRegions: OTHER });
    const body = warning(20);
    notForwarded.send(body, 0, { attributes: { ERROR_CODE: 'RESOURCE_NOT_FOUND' } });
    const { code, stdout } = await redrive(OTHER, '--yes');
    expect(code).toBe(0);
    expect(stdout).toContain(`${OTHER}: 1 sent again`);
    expect(bodiesOf(events)).toEqual([body]);
    expect(notForwarded.waiting()).toBe(0);
  });

  test('that is not served is refused by name', async () => {
    const { code, stderr } = await redrive('ap-south-1');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'error: There is no queue ap-south-1; there are responder, runs, slack.\n',
    });
  });
});

describe('scheduled runs that failed', () => {
  const failed = (run: string, errorMessage: string) =>
    JSON.stringify({
      requestContext: { functionArn: 'arn:aws:lambda:::function:index:$LATEST' },
      requestPayload: { run },
      responsePayload: { errorMessage },
    });

  test('are told by what they were and why, those that read alike once', async () => {
    for (let n = 0; n < 30; n += 1) failedRuns.send(failed('index', 'AccessDenied'));
    failedRuns.send(failed('prices', 'timed out'));
    const { code, stdout } = await redrive('runs', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain('runs: 31 dead letters\n');
    expect(stdout).toContain('needless   run of the index of nodes, 30 times\n');
    expect(stdout).toContain('the function failed: AccessDenied; the next run does the same\n');
    expect(stdout).toContain('needless   run of the prices of the hour\n');
    expect(failedRuns.waiting()).toBe(31);
  });

  test('are thrown away, and never sent anywhere', async () => {
    failedRuns.send(failed('fallback', 'timed out'));
    failedRuns.send(JSON.stringify({ FunctionName: 'index', Payload: '{}' }), 0, {
      attributes: {
        ERROR_CODE: 'ResourceNotFoundException',
        SCHEDULE_ARN: 'arn:aws:scheduler:us-east-2:111122223333:schedule/default/IndexEveryMinute',
      },
    });
    const { code, stdout } = await redrive('--yes');
    expect(code).toBe(0);
    expect(stdout).toContain('run of the schedule IndexEveryMinute');
    expect(stdout).toContain('EventBridge Scheduler could not start it (ResourceNotFoundException)');
    expect(stdout).toContain('runs: 0 sent again, 2 thrown away.');
    expect(failedRuns.waiting()).toBe(0);
    expect(bodiesOf(events)).toEqual([]);
  });
});

test('the notices that Slack did not take are moved back, with the others or by their name', async () => {
  const deadNotices = account.addQueue({ name: DEAD_NOTICES_QUEUE });
  const notices = account.addQueue({ name: NOTICES_QUEUE, deadLetterQueue: deadNotices });
  deadNotices.send('notice');
  const { code, stdout } = await redrive('slack', '--yes');
  expect(code).toBe(0);
  expect(stdout).toContain('slack: 1 notice moved back.');
  expect(bodiesOf(notices)).toEqual(['notice']);
});

test('--json is one object with every letter whole', async () => {
  const body = warning(900);
  dead.send(body, 0, { attributes: { ERROR_CODE: 'THROTTLING' } });
  const { stdout } = await redrive('--yes', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    schemaVersion: 1,
    queues: [
      { queue: 'responder', letters: [{ body, verdict: 'stale', attributes: { ERROR_CODE: 'THROTTLING' } }] },
      { queue: 'runs', letters: [] },
    ],
    notices: 0,
    done: { responder: { sent: 0, thrownAway: 1, kept: 0 } },
  });
});

test.each([
  ['a stack that is not there', ['--stack', 'Nowhere'], 2, 'there is no such stack'],
  ['a wrong flag', ['--force'], 2, "unknown option '--force'"],
])('%s: one line, exit code %s', async (_name, args, code, message) => {
  const run = await redrive(...args);
  expect(run.code).toBe(code);
  expect(run.stderr).toContain(message);
});

test('a stack of an older version says what to do', async () => {
  account.addStack({
    name: 'SpotResponder',
    outputs: [{ key: 'R', value: RESPONDER, description: describeAccessEntry('spot-responder') }],
  });
  const { code, stderr } = await redrive();
  expect(code).toBe(2);
  expect(stderr).toContain('Deploy this version of it: npm run build && npx cdk deploy');
});
