import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dynamoIncidents } from '../../functions/incidents/dynamo.ts';
import type { Claim, Incidents, Lease } from '../../functions/incidents/incident.ts';
import { type SimulatedTable, startSimulatedTable } from '../../simulator/table/table.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { anInterruption } from '../support/interruptions.ts';

const spot = anInterruption();
const { deadline: _none, ...withoutDeadline } = spot;
const rebalance = { ...withoutDeadline, kind: 'rebalance-recommendation', severity: 'soft' } as const;
const CLOSING = { outcome: 'emptied', clusterName: 'training', nodeName: 'node-1', summary: { pods: 3 } };
const ID = `${spot.instanceId}/spot-interruption/${spot.noticedAt.getTime() / 1000}`;

let table: SimulatedTable;
let clock: FakeClock;
beforeEach(async () => {
  table = await startSimulatedTable();
  clock = new FakeClock(new Date('2026-11-20T10:00:06Z'));
});
afterEach(() => table.close());

function incidentsOf(owner: string): Incidents {
  return dynamoIncidents({ client: table.client(), table: table.tableName, clock, owner });
}

function leaseOf(claim: Claim): Lease {
  if (claim.type !== 'claimed') throw new Error(`expected a lease, got ${claim.type}`);
  return claim.lease;
}

test('exactly one of 25 concurrent claims gets the lease', async () => {
  const runs = Array.from({ length: 25 }, (_, run) => incidentsOf(`run-${run}`));
  const claims = await Promise.all(runs.map((run) => run.claim(spot)));
  const [lease, ...others] = claims.filter(({ type }) => type === 'claimed').map(leaseOf);
  expect(others).toEqual([]);
  expect(lease).toMatchObject({ incidentId: ID, fence: 1 });
  const joined = claims.filter(({ type }) => type === 'joined');
  expect(joined).toEqual(Array(24).fill({ type: 'joined', incidentId: ID, owner: lease?.owner }));
});

test('exactly one of 25 concurrent claims takes a dead lease over', async () => {
  await incidentsOf('crashed').claim(spot);
  await clock.advance(15_000);
  const runs = Array.from({ length: 25 }, (_, run) => incidentsOf(`run-${run}`));
  const claims = await Promise.all(runs.map((run) => run.claim(spot)));
  const claimed = claims.filter(({ type }) => type === 'claimed');
  expect(claimed).toMatchObject([{ takeover: true, lease: { incidentId: ID, fence: 2 } }]);
});

test('a lease is alive until its last second', async () => {
  await incidentsOf('first').claim(spot);
  await clock.advance(14_999);
  expect(await incidentsOf('second').claim(spot)).toMatchObject({ type: 'joined', owner: 'first' });
});

test('a heartbeat keeps the lease alive', async () => {
  const first = incidentsOf('first');
  const lease = leaseOf(await first.claim(spot));
  await clock.advance(14_000);
  expect(await first.heartbeat(lease)).toBe('held');
  await clock.advance(14_000);
  expect(await incidentsOf('second').claim(spot)).toMatchObject({ type: 'joined' });
});

test('an expired lease that nobody took is held again by its heartbeat', async () => {
  const first = incidentsOf('first');
  const lease = leaseOf(await first.claim(spot));
  await clock.advance(60_000);
  expect(await first.heartbeat(lease)).toBe('held');
});

test('whoever lost the lease loses every later write', async () => {
  const first = incidentsOf('first');
  const old = leaseOf(await first.claim(spot));
  await clock.advance(15_000);
  const second = incidentsOf('second');
  const lease = leaseOf(await second.claim(spot));
  expect(await first.heartbeat(old)).toBe('lost');
  expect(await first.close(old, { ...CLOSING, outcome: 'blocked' })).toBe('lost');
  await first.release(old);
  expect(await second.heartbeat(lease)).toBe('held');
  expect(await second.get(spot.instanceId)).toMatchObject({ state: 'open', fence: 2 });
  expect(await second.history(clock.now())).toEqual([]);
});

test('a lease is lost to another run with the same owner name', async () => {
  const run = incidentsOf('warm-process');
  const old = leaseOf(await run.claim(spot));
  await clock.advance(15_000);
  await run.claim(spot);
  expect(await run.heartbeat(old)).toBe('lost');
});

test('a released lease is free at once, with the next fence', async () => {
  const first = incidentsOf('first');
  const lease = leaseOf(await first.claim(spot));
  await first.release(lease);
  expect(await first.heartbeat(lease)).toBe('lost');
  const next = await incidentsOf('second').claim(spot);
  expect(next).toMatchObject({
    type: 'claimed',
    takeover: false,
    lease: { instanceId: spot.instanceId, incidentId: ID, owner: 'second', fence: 2 },
  });
});

test('a hard notice supersedes a soft one, whose run loses its lease', async () => {
  const soft = incidentsOf('soft');
  const old = leaseOf(await soft.claim(rebalance));
  const claim = await incidentsOf('hard').claim(spot);
  expect(claim).toMatchObject({
    type: 'claimed',
    supersedes: 'rebalance-recommendation',
    lease: { fence: 2 },
  });
  expect(await soft.heartbeat(old)).toBe('lost');
});

test('what was closed is already handled, for duplicates and the state change', async () => {
  const run = incidentsOf('run');
  await run.close(leaseOf(await run.claim(spot)), CLOSING);
  const stateChange = { ...withoutDeadline, kind: 'instance-state-change', noticedAt: clock.now() } as const;
  const handled = { type: 'already-handled', incidentId: ID, outcome: 'emptied' };
  expect(await run.claim(spot)).toEqual(handled);
  expect(await run.claim(stateChange)).toEqual(handled);
});

test('a later life of the instance is claimed anew', async () => {
  const run = incidentsOf('run');
  await run.close(leaseOf(await run.claim(spot)), CLOSING);
  await clock.advance(3_600_000);
  const next = { ...withoutDeadline, noticedAt: clock.now() };
  expect(await run.claim(next)).toMatchObject({ type: 'claimed', takeover: false, lease: { fence: 2 } });
});

test('the earliest deadline of joined notices is recorded', async () => {
  const run = incidentsOf('run');
  await run.claim(withoutDeadline);
  const deadlines = ['10:02:05', '10:01:05', '10:03:05'].map((time) => new Date(`2026-11-20T${time}Z`));
  await Promise.all(deadlines.map((deadline) => run.claim({ ...spot, deadline })));
  expect((await run.get(spot.instanceId))?.deadline).toEqual(deadlines[1]);
});

test('get tells an unknown instance from a known one', async () => {
  const run = incidentsOf('run');
  await run.close(leaseOf(await run.claim(spot)), CLOSING);
  expect(await run.get('i-0aaaaaaaaaaaaaaa2')).toBeUndefined();
  expect(await run.get(spot.instanceId)).toEqual({
    incidentId: ID,
    instanceId: spot.instanceId,
    kind: 'spot-interruption',
    severity: 'hard',
    noticedAt: spot.noticedAt,
    deadline: spot.deadline,
    state: 'closed',
    fence: 1,
    outcome: 'emptied',
    clusterName: 'training',
    nodeName: 'node-1',
    mayBeCordoned: true,
  });
});

test('rows carry their schema version and leave 90 days after they were last needed', async () => {
  const run = incidentsOf('run');
  const deadline = new Date('2026-12-20T10:00:00Z');
  await run.claim({ ...spot, kind: 'scheduled-change', severity: 'soft', deadline });
  const key = { pk: { S: `instance#${spot.instanceId}` }, sk: { S: 'incident' } };
  const { Item } = await table.client().send(new GetItemCommand({ TableName: table.tableName, Key: key }));
  const kept = 90 * 24 * 3600;
  expect(Item).toMatchObject({
    schemaVersion: { N: '1' },
    expiresAt: { N: `${deadline.getTime() / 1000 + kept}` },
  });
});

test('a row of an unknown version is an error that says so', async () => {
  const Item = { pk: { S: `instance#${spot.instanceId}` }, sk: { S: 'incident' }, schemaVersion: { N: '2' } };
  await table.client().send(new PutItemCommand({ TableName: table.tableName, Item }));
  const claim = incidentsOf('run').claim(spot);
  await expect(claim).rejects.toThrow(
    /instance#i-0aaaaaaaaaaaaaaa1 that cannot be read \(schemaVersion.*delete the row/,
  );
});
