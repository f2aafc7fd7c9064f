import { EC2Client } from '@aws-sdk/client-ec2';
import { PricingClient } from '@aws-sdk/client-pricing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { LocatedInstance } from '../../functions/locate/located.ts';
import { type HoursTable, openHoursTable, readHours } from '../../functions/savings/hours-table.ts';
import { openTally } from '../../functions/savings/keep-tally.ts';
import { priceHours } from '../../functions/savings/price-hours.ts';
import { readSavings } from '../../functions/savings/read-savings.ts';
import { asInstanceId } from '../../functions/signals/interruption.ts';
import { type SimulatedAccount, startSimulatedAccount } from '../../simulator/account/account.ts';
import { type SimulatedTable, startSimulatedTable } from '../../simulator/table/table.ts';
import { clientOptions } from '../simulator/account-client-options.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { silentLog } from '../support/silent-log.ts';

const region = 'us-east-2';
const clock = new FakeClock();
let simulated: SimulatedTable;
let account: SimulatedAccount;
let table: HoursTable;
let cluster = 0;

beforeAll(async () => {
  [simulated, account] = await Promise.all([startSimulatedTable(), startSimulatedAccount({ clock, region })]);
  table = openHoursTable({ client: simulated.client(), table: simulated.tableName, clock, random: () => 0 });
}, 60_000);
afterAll(() => Promise.all([simulated.close(), account.close()]));
beforeEach(() => {
  cluster += 1;
});

function nodes(count: number): readonly LocatedInstance[] {
  const instanceId = asInstanceId('i-0123456789abcdef0');
  if (!instanceId) throw new Error('no id');
  const place = { clusterName: `c${cluster}`, region, instanceType: 'g5.xlarge', zone: 'us-east-2a' };
  const one: LocatedInstance = {
    instanceId,
    owner: { type: 'unknown' },
    capacity: 'spot',
    pool: 'a',
    ...place,
  };
  return Array.from({ length: count }, () => one);
}

const open = () => openTally(table, region, silentLog);
const minute = (count: number) => new Map([[`c${cluster}`, nodes(count)]]);

async function stored() {
  const { tallies } = await readHours(table, new Date(0 + clock.now().getTime() - 7_200_000), clock.now());
  return tallies.filter((tally) => tally.cluster === `c${cluster}`);
}

async function passMinutes(count: number) {
  await clock.advance(count * 60_000);
}

test('a minute after the other makes one run of nodes', async () => {
  const tally = open();
  for (let index = 0; index < 3; index++) {
    await tally(minute(2));
    await passMinutes(1);
  }
  const [row] = await stored();
  const [from] = row?.seen[0] ?? [0];
  expect(row?.seen).toEqual([[from, from + 3]]);
  expect(row?.groups).toMatchObject([{ pool: 'a', capacity: 'spot', runs: [[from, from + 3, 2]] }]);
});

test('two passes of one minute count it once, also when they run at the same time in other processes', async () => {
  await Promise.all([open()(minute(2)), open()(minute(2)), open()(minute(2))]);
  await open()(minute(2));
  await passMinutes(1);
  const [row] = await stored();
  expect(row?.groups[0]?.runs).toEqual([[expect.any(Number), expect.any(Number), 2]]);
  const [from = 0, to = 0] = row?.groups[0]?.runs[0] ?? [];
  expect(to - from).toBe(1);
});

test('a minute without a pass is in no run, and a new process goes on where the row stands', async () => {
  await open()(minute(1));
  await passMinutes(2);
  await open()(minute(3));
  await passMinutes(1);
  const [row] = await stored();
  expect(row?.seen).toHaveLength(2);
  expect(row?.groups[0]?.runs.map(([, , count]) => count)).toEqual([1, 3]);
});

test('a cluster without nodes is counted as empty, not as unknown', async () => {
  await open()(minute(0));
  await passMinutes(1);
  expect(await stored()).toMatchObject([{ groups: [], seen: [[expect.any(Number), expect.any(Number)]] }]);
});

test('a table that cannot be used costs the minute, and nobody an exception', async () => {
  const gone = { ...table, table: 'no-such-table' };
  await expect(openTally(gone, region, silentLog)(minute(1))).resolves.toBeUndefined();
});

test('an hour that is over is priced once, and an hour that AWS refused is priced later', async () => {
  const since = new Date(clock.now().getTime() - 86_400_000);
  account.setMarket({
    onDemand: { 'g5.xlarge': 1 },
    spot: [{ instanceType: 'g5.xlarge', zone: 'us-east-2a', dollars: 0.4, since }],
  });
  const from = clock.now();
  const tally = open();
  for (let index = 0; index < 6; index++) {
    await tally(minute(10));
    await passMinutes(1);
  }
  await passMinutes(60);
  const clients = {
    ec2: new EC2Client(clientOptions(account)),
    pricing: new PricingClient(clientOptions(account)),
  };
  const deps = { table, clientsOf: () => clients, log: silentLog };
  account.inject({ operation: 'DescribeSpotPriceHistory', times: 1, code: 'UnauthorizedOperation' });
  expect(await priceHours(deps)).toBe(0);
  expect(await priceHours(deps)).toBeGreaterThan(0);
  expect(await priceHours(deps)).toBe(0);
  const sources = { hours: table, overview: { closed: async () => [] } };
  const { total } = await readSavings(sources, from, clock.now(), (name) => name === `c${cluster}`);
  // 10 nodes for 6 minutes: one node hour.
  expect(total.spotHours).toBeCloseTo(1, 6);
  expect(total.spotDollars).toBeCloseTo(0.4, 6);
  expect(total.savedDollars).toBeCloseTo(0.6, 6);
});
