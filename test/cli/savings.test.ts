import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../functions/clock.ts';
import {
  type HoursTable,
  openHoursTable,
  replaceTally,
  writeHourPrices,
} from '../../functions/savings/hours-table.ts';
import { type HourTally, hourOf } from '../../functions/savings/tally.ts';
import { startSimulatedAccount } from '../../simulator/account/account.ts';
import { type SimulatedTable, startSimulatedTable } from '../../simulator/table/table.ts';
import { asOperator } from '../enroll/scene.ts';
import { runHere } from './run-here.ts';

const region = 'us-east-2';
const HOUR_MS = 3_600_000;

let table: SimulatedTable;
let folder: string;

/** A whole day, ten days ago: four nodes on spot at 0.40 of a dollar and two on demand at 1.00; a second cluster with one. */
beforeAll(async () => {
  table = await startSimulatedTable();
  folder = await mkdtemp(join(tmpdir(), 'savings-'));
  const hours = openHoursTable({
    client: table.client(),
    table: table.tableName,
    clock: systemClock,
    random: Math.random,
  });
  const begin = hourOf(new Date(Date.now() - 10 * 24 * HOUR_MS)).getTime();
  for (let index = 0; index < 24; index++) await writeHour(hours, new Date(begin + index * HOUR_MS));
}, 60_000);

afterAll(async () => {
  await table?.close();
  await rm(folder, { recursive: true, force: true });
});

async function writeHour(hours: HoursTable, hour: Date): Promise<void> {
  const nodes = { instanceType: 'g5.xlarge', zone: 'us-east-2a', gpus: 1 };
  const group = (pool: string, capacity: 'spot' | 'on-demand', count: number) => ({
    ...nodes,
    pool,
    capacity,
    runs: [[0, 60, count] as const],
  });
  const prod = [group('a10g', 'spot', 4), group('a10g', 'on-demand', 2)];
  await write(hours, { region, cluster: 'prod', hour, seen: [[0, 60]], groups: prod });
  await write(hours, { region, cluster: 'test', hour, seen: [[0, 60]], groups: [group('dev', 'spot', 1)] });
  const spot = [{ instanceType: 'g5.xlarge', zone: 'us-east-2a', changes: [[0, 0.4] as const] }];
  await writeHourPrices(hours, { region, hour, onDemand: { 'g5.xlarge': 1 }, spot });
}

async function write(hours: HoursTable, tally: HourTally): Promise<void> {
  await replaceTally(hours, { ...tally, seen: [], groups: [] }, tally);
}

function savings(...flags: readonly string[]) {
  const environment = {
    AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
    AWS_ACCESS_KEY_ID: 'AKIATEST',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: region,
    INCIDENT_TABLE: table.tableName,
  };
  return runHere(environment, 'savings', ...flags);
}

test('the table: a row a pool and the sum, in hours and dollars', async () => {
  const { code, stderr, stdout } = await savings();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/prod +a10g +96\.0 +48\.0 +\$86\.40 +\$57\.60 +60% +0 +0\.0 +0\.0/);
  expect(stdout).toMatch(/test +dev +24\.0 +0\.0 +\$9\.60 +\$14\.40 +60%/);
  expect(stdout).toMatch(/all +120\.0 +48\.0 +\$96\.00 +\$72\.00/);
});

test('--cluster and --since keep what they name', async () => {
  const { stdout } = await savings('--cluster', 'test');
  expect(stdout).toContain('dev');
  expect(stdout).not.toContain('a10g');
  expect((await savings('--since', '24h')).stdout).toContain('Nothing was counted');
});

test('--json is one object with the same sums', async () => {
  const { code, stdout } = await savings('--json');
  expect(code).toBe(0);
  const { schemaVersion, total } = JSON.parse(stdout);
  expect(schemaVersion).toBe(1);
  expect(total).toMatchObject({ spotHours: 120, onDemandHours: 48, onDemandDollars: 48 });
  expect(total.spotDollars).toBeCloseTo(48, 6);
  expect(total.savedDollars).toBeCloseTo(72, 6);
});

test('--html writes a page beside it', async () => {
  const file = join(folder, 'savings.html');
  expect(await savings('--html', file)).toMatchObject({ code: 0, stderr: '' });
  const page = await readFile(file, 'utf8');
  expect(page).toContain('prod / a10g');
  expect(page).toContain('$72.00');
});

test.each([
  ['a time that is none', ['--since', 'yesterday'], 2, /--since is "yesterday".*24h/],
  ['a time out of reach', ['--since', '91d'], 2, /keeps incidents for 90 days/],
  [
    'a page in no folder',
    ['--html', '/nowhere/there/x.html'],
    2,
    /--html \/nowhere\/there\/x\.html: cannot be written/,
  ],
  ['a flag that is none', ['--sinc', '24h'], 2, /--sinc/],
  ['a table that is not there', ['--table', 'no-such-table'], 1, /no-such-table/],
] as const)('%s is one clear error, and nothing is shown', async (_, flags, code, message) => {
  const run = await savings(...flags);
  expect(run.stderr).toMatch(message);
  expect({ code: run.code, stdout: run.stdout }).toEqual({ code, stdout: '' });
});

test('without a table the stack is asked for its own', async () => {
  const account = await startSimulatedAccount({ clock: systemClock, region: 'us-east-2' });
  const environment = { ...asOperator(account), INCIDENT_TABLE: '' };
  const { code, stderr } = await runHere(environment, 'savings');
  await account.close();
  expect(code).toBe(2);
  expect(stderr).toContain('--stack SpotResponder: there is no such stack in us-east-2');
});
