import { afterAll, beforeAll, expect, test } from 'vitest';
import { runHere } from '../cli/run-here.ts';
import { CLUSTER } from './run/pool.ts';
import { type FallbackScene, NO_CAPACITY, region, startFallbackScene } from './run/scene.ts';

let scene: FallbackScene;

/** Two minutes into a shortage: one spot node is doomed, its replacement failed. */
beforeAll(async () => {
  scene = await startFallbackScene();
  scene.account.changeAutoScalingGroup('spot', { denial: NO_CAPACITY });
  await scene.minutes(1);
  scene.doom(scene.members('spot')[0] ?? '');
  await scene.minutes(3);
});
afterAll(() => scene.close());

function explain(...args: readonly string[]) {
  return explainOf(scene, ...args);
}

function explainOf({ account, table }: FallbackScene, ...args: readonly string[]) {
  const environment = {
    AWS_ENDPOINT_URL: account.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
    AWS_ACCESS_KEY_ID: 'AKIAFAKE',
    AWS_SECRET_ACCESS_KEY: 'fake',
    AWS_REGION: region,
  };
  return runHere(environment, 'fallback', 'explain', ...args);
}

test('it prints the state, the arithmetic, the decision and the last decisions', async () => {
  const { code, stderr, stdout } = await explain('a10g', '--table', scene.table.tableName);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout).toContain(`Pool a10g in cluster ${CLUSTER}, ${region}, counted in GPUs`);
  expect(stdout).toMatch(
    /wanted +8 = the larger of spot's 8 and the pods' 0 bound \+ 0 waiting, within 0 to 16/,
  );
  expect(stdout).toMatch(/short +4 = 8 wanted − 4 ready − 0 on the way/);
  expect(stdout).toMatch(/fallback +on-demand: 1 node of 4, desired 1, at most 3/);
  expect(stdout).toMatch(/decision +keep/);
  expect(stdout).toMatch(/Decisions, newest first:\n.*scale-out +4 GPUs are short of 8 wanted/);
});

test('a pool of an extra region is looked up under that region’s name in the table of the home region', async () => {
  const at = ['a10g', '--table', scene.table.tableName];
  const { code, stdout } = await explain(...at, '--home-region', 'eu-west-1');
  expect(code).toBe(0);
  expect(stdout).toContain(`Pool a10g in cluster ${CLUSTER}, ${region}`);
  // What the table holds is of the home region's pool of that name.
  expect(stdout).not.toContain('Decisions, newest first');
});

test('a dry run decides without a table, and nothing is written', async () => {
  const before = scene.account.calls.length;
  const { code, stdout } = await explain(`${CLUSTER}/a10g`, '--dry-run', '--json');
  expect(code).toBe(0);
  const explained = JSON.parse(stdout);
  expect(explained).toMatchObject({ pool: 'a10g', cluster: CLUSTER, region, shortage: { wantedGpus: 8 } });
  expect(explained.record).toBeUndefined();
  const calls = scene.account.calls.slice(before).map(({ operation }) => operation);
  expect(calls.filter((operation) => !/^(Describe|List)/.test(operation))).toEqual([]);
});

test.each([
  [
    'a pool that nothing is tagged with',
    ['h100', '--dry-run'],
    'no group in us-east-2 has the tag spot-responder/pool=h100',
  ],
  [
    'no table, no stack and no dry run',
    ['a10g'],
    '--stack SpotResponder: there is no such stack in us-east-2',
  ],
])('%s is one clear line and exit code 2', async (_, args, problem) => {
  const { code, stderr } = await explain(...args);
  expect(code).toBe(2);
  expect(stderr).toContain(problem);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test('a table that is not there is one clear line, and no answer', async () => {
  const { code, stderr, stdout } = await explain('a10g', '--table', 'no-such-table');
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toMatch(
    /table "no-such-table" failed .* ResourceNotFoundException.*set INCIDENT_TABLE to a table that exists/,
  );
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test('a pool that has no history yet says that none is known', async () => {
  const young = await startFallbackScene();
  try {
    const { code, stdout } = await explainOf(young, 'a10g', '--table', young.table.tableName);
    expect(code).toBe(0);
    expect(stdout).toContain('decision 0, no shortage under way');
    expect(stdout).toContain('Decisions: none yet');
  } finally {
    await young.close();
  }
});
