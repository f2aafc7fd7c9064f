import { afterEach, beforeEach, expect, test } from 'vitest';
import { dynamoPoolLedger } from '../../functions/fallback/ledger/ledger.ts';
import { dynamoLeaderDesk } from '../../functions/leader/desk.ts';
import { openIndexTable, readClusters, writeRows } from '../../functions/node-index/index-table.ts';
import { clusterRow } from '../../functions/node-index/row.ts';
import { scopeOf } from '../../functions/table/keys.ts';
import { type SimulatedTable, startSimulatedTable } from '../../simulator/table/table.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** Two regions may have clusters, and pools, of one name: nothing of one may be taken for the other's. */
const HOME = 'us-east-2';
const REGIONS = [HOME, 'eu-west-1', 'ap-south-1'];

let table: SimulatedTable;
beforeEach(async () => {
  table = await startSimulatedTable();
});
afterEach(() => table.close());

function access(region: string) {
  const scope = scopeOf(region, HOME);
  const clock = new FakeClock();
  return { client: table.client(), table: table.tableName, clock, random: () => 0, scope };
}

test("the home region's keys bear no region", () => {
  expect(REGIONS.map((region) => scopeOf(region, HOME))).toEqual(['', 'eu-west-1/', 'ap-south-1/']);
});

test('each region has its own leader of a cluster', async () => {
  const desks = REGIONS.map((region) =>
    dynamoLeaderDesk({ ...access(region), owner: region, leaseSeconds: 15 }),
  );
  expect(await Promise.all(desks.map((desk) => desk.lead('prod')))).toEqual([true, true, true]);
  const rival = dynamoLeaderDesk({ ...access(HOME), owner: 'rival', leaseSeconds: 15 });
  expect(await rival.lead('prod')).toBe(false);
});

test('each region has its own endpoint of a cluster', async () => {
  const tables = REGIONS.map((region) => openIndexTable(access(region)));
  for (const [at, each] of tables.entries()) {
    const endpoint = { server: `https://${REGIONS[at]}.example` };
    const value = { clusterName: 'prod', endpoint };
    await writeRows(each, [
      clusterRow({ value, expiresAt: new Date(each.clock.now().getTime() + 60_000) }, each.scope),
    ]);
  }
  const read = await Promise.all(tables.map(readClusters));
  expect(read.map((clusters) => clusters.map(({ value }) => value.endpoint.server))).toEqual(
    REGIONS.map((region) => [`https://${region}.example`]),
  );
});

test('each region has its own state and history of a pool', async () => {
  const ledgers = REGIONS.map((region) => dynamoPoolLedger({ ...access(region), owner: region }));
  for (const [at, ledger] of ledgers.entries()) {
    const record = (await ledger.read(['prod/gpu'])).get('prod/gpu');
    if (!record) throw new Error('expected a record');
    const lease = await ledger.take(record, { terminations: {}, launches: {} }, new Date(10_000));
    expect(lease?.fence).toBe(1);
    if (lease) await ledger.record(lease, new Date(20_000), { region: REGIONS[at] });
  }
  const histories = await Promise.all(ledgers.map((ledger) => ledger.history('prod/gpu', 10)));
  expect(histories).toEqual(REGIONS.map((region) => [{ region }]));
});
