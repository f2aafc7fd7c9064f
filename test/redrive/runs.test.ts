import { afterEach, beforeEach, expect, test } from 'vitest';
import { bodiesOf, openScene, type RedriveScene } from './scene.ts';

let scene: RedriveScene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.close());

const failed = (run: string, errorMessage: string) =>
  JSON.stringify({
    requestContext: { functionArn: 'arn:aws:lambda:::function:index:$LATEST' },
    requestPayload: { run },
    responsePayload: { errorMessage },
  });

test('scheduled runs that failed are told by what they were and why, those that read alike once', async () => {
  for (let n = 0; n < 30; n += 1) scene.failedRuns.send(failed('index', 'AccessDenied'));
  scene.failedRuns.send(failed('prices', 'timed out'));
  const { code, stdout } = await scene.redrive('runs', '--dry-run');
  expect(code).toBe(0);
  expect(stdout).toContain('runs: 31 dead letters\n');
  expect(stdout).toContain('needless   run of the index of nodes, 30 times\n');
  expect(stdout).toContain('the function failed: AccessDenied; the next run does the same\n');
  expect(stdout).toContain('needless   run of the prices of the hour\n');
  expect(scene.failedRuns.waiting()).toBe(31);
});

test('they are thrown away, and never sent anywhere', async () => {
  scene.failedRuns.send(failed('fallback', 'timed out'));
  scene.failedRuns.send(JSON.stringify({ FunctionName: 'index', Payload: '{}' }), 0, {
    attributes: {
      ERROR_CODE: 'ResourceNotFoundException',
      SCHEDULE_ARN: 'arn:aws:scheduler:us-east-2:111122223333:schedule/default/IndexEveryMinute',
    },
  });
  const { code, stdout } = await scene.redrive('--yes');
  expect(code).toBe(0);
  expect(stdout).toContain('run of the schedule IndexEveryMinute');
  expect(stdout).toContain('EventBridge Scheduler could not start it (ResourceNotFoundException)');
  expect(stdout).toContain('runs: 0 sent again, 2 thrown away.');
  expect(scene.failedRuns.waiting()).toBe(0);
  expect(bodiesOf(scene.events)).toEqual([]);
});
