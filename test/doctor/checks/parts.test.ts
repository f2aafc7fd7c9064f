import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DoctorScene, openDoctorScene } from '../scene.ts';

let scene: DoctorScene;
beforeEach(async () => {
  scene = await openDoctorScene();
});
afterEach(() => scene.close());

test.each(['UPDATE_ROLLBACK_FAILED', 'CREATE_FAILED', 'DELETE_FAILED'])(
  'a stack that is %s',
  async (status) => {
    scene.setStatus(status);
    expect(await scene.findingsOf('stack')).toMatchObject([
      {
        type: 'wrong',
        problem: expect.stringContaining(status),
        remedy: expect.stringContaining('cdk deploy'),
      },
    ]);
  },
  60_000,
);

test('a rule that is switched off, or gone: named with what mends it', async () => {
  scene.change('SpotResponderRulespotinterruption', { answer: { State: 'DISABLED' } });
  expect(await scene.findingsOf('rules')).toMatchObject([
    {
      type: 'wrong',
      problem: expect.stringContaining('DISABLED'),
      remedy: expect.stringContaining('aws events enable-rule --region us-east-2'),
    },
  ]);
  scene.change('SpotResponderRulespotinterruption', { isGone: true });
  expect(await scene.findingsOf('rules')).toMatchObject([
    {
      problem: 'it was deleted past the stack',
      remedy: expect.stringContaining('npx cdk deploy --revert-drift, with all settings'),
    },
  ]);
}, 60_000);

test('a function that is not active, whose update failed, or that is gone', async () => {
  scene.change('SpotResponderFallbackFunction', { answer: { State: 'Failed', StateReason: 'no subnet' } });
  expect(await scene.findingsOf('functions')).toMatchObject([
    { type: 'wrong', problem: 'its state is Failed (no subnet)' },
  ]);
  scene.change('SpotResponderFallbackFunction', { answer: { LastUpdateStatus: 'Failed' } });
  expect(await scene.findingsOf('functions')).toMatchObject([
    { problem: expect.stringContaining('its last update failed') },
  ]);
  scene.change('SpotResponderFallbackFunction', { isGone: true });
  expect(await scene.findingsOf('functions')).toMatchObject([{ problem: 'it was deleted past the stack' }]);
  expect(await scene.findingsOf('Slack')).not.toContainEqual(expect.objectContaining({ type: 'not-seen' }));
}, 60_000);

test('a queue that nobody reads, since its event source mapping is switched off or gone', async () => {
  expect(await scene.findingsOf('pollers')).toMatchObject([{ type: 'ok', detail: '3 queues are read' }]);
  scene.change('SpotResponderNotifierFunctionSqsEventSource', {
    answer: { State: 'Disabled', EventSourceArn: 'arn:aws:sqs:us-east-2:111122223333:notices' },
  });
  expect(await scene.findingsOf('pollers')).toMatchObject([
    {
      type: 'wrong',
      problem: 'it is Disabled: nobody reads the queue notices',
      remedy: expect.stringMatching(
        /^aws lambda update-event-source-mapping --region us-east-2 --uuid \S+ --enabled$/,
      ),
    },
  ]);
  scene.change('SpotResponderNotifierFunctionSqsEventSource', { isGone: true });
  expect(await scene.findingsOf('pollers')).toMatchObject([{ problem: 'it was deleted past the stack' }]);
}, 60_000);

test('a schedule that is switched off, or gone', async () => {
  expect(await scene.findingsOf('schedules')).toMatchObject([
    { type: 'ok', detail: expect.stringMatching(/^\d schedules enabled$/) },
  ]);
  scene.change('SpotResponderNodeIndexerEveryMinute', { answer: { State: 'DISABLED' } });
  expect(await scene.findingsOf('schedules')).toMatchObject([
    {
      type: 'wrong',
      problem: expect.stringContaining('DISABLED'),
      remedy: expect.stringContaining('npx cdk deploy'),
    },
  ]);
  scene.change('SpotResponderNodeIndexerEveryMinute', { isGone: true });
  expect(await scene.findingsOf('schedules')).toMatchObject([{ problem: 'it was deleted past the stack' }]);
}, 60_000);

test('events that nobody could handle, and notices that Slack did not take', async () => {
  expect(await scene.findingsOf('dead letters')).toHaveLength(3);
  for (const queue of scene.deadLetters) queue.send('{}');
  expect(await scene.findingsOf('dead letters')).toMatchObject([
    { type: 'wrong', remedy: expect.stringContaining('spot-responder redrive responder --region us-east-2') },
    { type: 'wrong', remedy: expect.stringContaining('spot-responder redrive slack --region us-east-2') },
    { type: 'ok', detail: 'empty' },
  ]);
}, 60_000);

test('scheduled runs that failed: one now and then is well, three are not', async () => {
  const runs = async () => (await scene.findingsOf('dead letters')).at(-1);
  const asks = 'spot-responder redrive runs --dry-run --region us-east-2';
  scene.failedRuns.send('{}');
  expect(await runs()).toMatchObject({
    type: 'ok',
    detail: `1 scheduled run failed within a day; ${asks} says why`,
  });
  for (let n = 0; n < 2; n += 1) scene.failedRuns.send('{}');
  expect(await runs()).toMatchObject({
    type: 'wrong',
    problem: 'about 3 scheduled runs failed within a day',
    remedy: expect.stringContaining(asks),
  });
}, 60_000);

test('a table that was deleted', async () => {
  await scene.table.client().send(new DeleteTableCommand({ TableName: scene.table.tableName }));
  const [finding] = await scene.findingsOf('table');
  expect(finding?.type).toBe('wrong');
}, 60_000);

test('a target that was taken from a rule, and one that lost its dead-letter queue: named with what mends it', async () => {
  expect(await scene.findingsOf('rule targets')).toMatchObject([
    { type: 'ok', detail: expect.stringMatching(/^all \d+ are there, with dead-letter queues$/) },
  ]);
  const dead = { DeadLetterConfig: { Arn: 'arn:aws:sqs:::dead' } };
  const [responder = ''] = scene.namesOf('SpotResponderResponderFunction', 'SpotResponderFunction');
  const Arn = `arn:aws:lambda:us-east-2:111122223333:function:${responder}`;
  scene.change('SpotResponderRulespotinterruption', {
    answer: { Targets: [{ Id: 'Target0', Arn, ...dead }] },
  });
  expect(await scene.findingsOf('rule targets')).toMatchObject([
    {
      type: 'wrong',
      problem: expect.stringMatching(/^it does not send to \S*Continuations\S* any more$/),
      remedy: expect.stringContaining('--revert-drift'),
    },
  ]);
  scene.change('SpotResponderRulespotinterruption', { answer: { Targets: [] } });
  expect(await scene.findingsOf('rule targets')).toHaveLength(2);
  scene.change('SpotResponderRulespotinterruption', { answer: { Targets: [{ Id: 'Target0', Arn }] } });
  expect((await scene.findingsOf('rule targets')).map(({ problem }) => problem)).toEqual([
    `what ${responder} does not take is lost: no dead-letter queue`,
    expect.stringContaining('it does not send to'),
  ]);
}, 60_000);

test('functions that are held at nothing, and an account that runs few, or none of those that reserve nothing', async () => {
  expect(await scene.findingsOf('concurrency')).toMatchObject([
    { type: 'ok', detail: '1000 functions may run at once' },
  ]);
  scene.account.setConcurrency({ all: 10, reserved: 0 });
  expect(await scene.findingsOf('concurrency')).toMatchObject([
    { type: 'ok', detail: expect.stringContaining('aws service-quotas request-service-quota-increase') },
  ]);
  scene.account.setConcurrency({ all: 10, reserved: 10 });
  scene.change('SpotResponderFallbackFunction', { answer: { ReservedConcurrentExecutions: 0 } });
  expect(await scene.findingsOf('concurrency')).toMatchObject([
    {
      type: 'wrong',
      problem: 'its reserved concurrency is 0: it is never started',
      remedy: expect.stringMatching(/^aws lambda delete-function-concurrency --region us-east-2/),
    },
    { type: 'wrong', problem: expect.stringContaining('all 10 concurrent runs are reserved') },
  ]);
}, 60_000);
