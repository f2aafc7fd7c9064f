import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DEAD_NOTICES_QUEUE, NOTICES_QUEUE } from '../../functions/notify/queue-names.ts';
import { describeAccessEntry } from '../../infra/outputs.ts';
import { RESPONDER } from '../enroll/scene.ts';
import { bodiesOf, OTHER, openScene, type RedriveScene, warning } from './scene.ts';

let scene: RedriveScene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.close());

test('what can still be acted on is sent to the responder at once, what is too late is named and thrown away', async () => {
  const [fresh, late] = [warning(20), warning(900)];
  scene.dead.send(fresh, 0, { attributes: { ERROR_CODE: 'THROTTLING' } });
  scene.dead.send(late, 0, { givenUpBy: scene.events.arn });
  const { code, stderr, stdout } = await scene.redrive('--yes');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(
    /send again Spot interruption of i-\w+, .*\n.*EventBridge could not deliver it \(THROTTLING\)/,
  );
  expect(stdout).toMatch(
    /too late {3}Spot interruption of i-\w+, .*\n.*\(Continuations\); its deadline passed 13 minutes ago/,
  );
  expect(stdout).toContain('responder: 1 sent again, 1 thrown away.');
  expect(scene.events.sent).toMatchObject([{ body: fresh, delaySeconds: 0 }]);
  expect(scene.dead.waiting()).toBe(0);
});

test('an event that is there for both its targets is sent once', async () => {
  const body = warning(5);
  for (let target = 0; target < 2; target += 1) scene.dead.send(body);
  expect((await scene.redrive('--yes')).code).toBe(0);
  expect(bodiesOf(scene.events)).toEqual([body]);
  expect(scene.dead.waiting()).toBe(0);
});

test('--dry-run shows and changes nothing: everything can be received again at once', async () => {
  scene.dead.send(warning(20));
  scene.dead.send(warning(900));
  const { code, stdout } = await scene.redrive('--dry-run');
  expect(code).toBe(0);
  expect(stdout).toContain('2 dead letters');
  expect(scene.events.sent).toEqual([]);
  expect(scene.dead.receive(10)).toHaveLength(2);
});

test('without a terminal and without --yes nothing is done, and everything can be received again', async () => {
  scene.dead.send(warning(20));
  const { code, stderr } = await scene.redrive();
  expect({ code, stderr: stderr.split('\n')[0] }).toEqual({
    code: 2,
    stderr: expect.stringContaining('redrive: nobody is there to be asked (no terminal). Give --yes'),
  });
  expect(scene.events.sent).toEqual([]);
  expect(scene.dead.receive(10)).toHaveLength(1);
});

test('what nobody can read stays, and the exit code says that something is left', async () => {
  scene.dead.send('{');
  scene.dead.send(warning(5));
  const { code, stdout } = await scene.redrive('responder', '--yes');
  expect(code).toBe(1);
  expect(stdout).toContain('responder: 1 sent again, 0 thrown away, 1 left where they were.');
  expect(scene.dead.receive(10).map(({ body }) => body)).toEqual(['{']);
});

test('a queue that takes nothing more: what was not sent stays, what was sent does not', async () => {
  for (const age of [5, 6, 7]) scene.dead.send(warning(age));
  scene.account.inject({ operation: 'SendMessage', times: 1, code: 'AccessDenied' });
  const { code, stderr } = await scene.redrive('--yes');
  expect(code).toBe(1);
  expect(stderr).toContain('Allow sqs:SendMessage on Continuations');
  expect(scene.dead.receive(10)).toHaveLength(3);
});

test('a letter whose removal fails is sent again the next time, and nothing is lost', async () => {
  scene.dead.send(warning(5));
  scene.account.inject({ operation: 'DeleteMessage', times: 1, code: 'InternalFailure' });
  expect((await scene.redrive('--yes')).code).toBe(1);
  expect((await scene.redrive('--yes')).code).toBe(0);
  expect(new Set(bodiesOf(scene.events)).size).toBe(1);
  expect(scene.dead.waiting()).toBe(0);
});

test('more than SQS gives at once', async () => {
  for (let n = 0; n < 37; n += 1) scene.dead.send(warning(1_000 + n));
  const { stdout } = await scene.redrive('--yes');
  expect(stdout).toContain('responder: 0 sent again, 37 thrown away.');
});

describe('an extra region', () => {
  test('what it could not forward goes to the responder in the home region', async () => {
    scene.serveOther();
    const body = warning(20);
    scene.notForwarded.send(body, 0, { attributes: { ERROR_CODE: 'RESOURCE_NOT_FOUND' } });
    const { code, stdout } = await scene.redrive(OTHER, '--yes');
    expect(code).toBe(0);
    expect(stdout).toContain(`${OTHER}: 1 sent again`);
    expect(bodiesOf(scene.events)).toEqual([body]);
    expect(scene.notForwarded.waiting()).toBe(0);
  });

  test('that does not answer keeps no other waiting: it is named, and the exit code says that something is left', async () => {
    scene.serveOther();
    scene.dead.send(warning(5));
    scene.account.inject({ operation: 'ListRuleNamesByTarget', times: 1, code: 'AccessDeniedException' });
    const { code, stderr, stdout } = await scene.redrive('--yes');
    expect(code).toBe(1);
    expect(stderr).toContain(`${OTHER}: not seen: events:ListRuleNamesByTarget on`);
    expect(stdout).toContain('responder: 1 sent again');
  });

  test('that is not served is refused by name', async () => {
    const { code, stderr } = await scene.redrive('ap-south-1');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'error: There is no queue ap-south-1; there are responder, runs, slack.\n',
    });
  });
});

test('the notices that Slack did not take are moved back, with the others or by their name', async () => {
  const deadNotices = scene.account.addQueue({ name: DEAD_NOTICES_QUEUE });
  const notices = scene.account.addQueue({ name: NOTICES_QUEUE, deadLetterQueue: deadNotices });
  deadNotices.send('notice');
  const { code, stdout } = await scene.redrive('slack', '--yes');
  expect(code).toBe(0);
  expect(stdout).toContain('slack: 1 notice moved back.');
  expect(bodiesOf(notices)).toEqual(['notice']);
});

test('--json is one object with every letter whole', async () => {
  const body = warning(900);
  scene.dead.send(body, 0, { attributes: { ERROR_CODE: 'THROTTLING' } });
  const { stdout } = await scene.redrive('--yes', '--json');
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
  const run = await scene.redrive(...args);
  expect(run.code).toBe(code);
  expect(run.stderr).toContain(message);
});

test('a stack of an older version says what to do', async () => {
  scene.account.addStack({
    name: 'SpotResponder',
    outputs: [{ key: 'R', value: RESPONDER, description: describeAccessEntry('spot-responder') }],
  });
  const { code, stderr } = await scene.redrive();
  expect(code).toBe(2);
  expect(stderr).toContain('Deploy this version of it: npm run build && npx cdk deploy');
});
