import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dynamoIncidents } from '../../functions/incidents/dynamo.ts';
import type { Claim, Incidents, Lease } from '../../functions/incidents/incident.ts';
import { decideResume } from '../../functions/incidents/resume.ts';
import { type SimulatedTable, startSimulatedTable } from '../../simulator/table/table.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { anInterruption } from '../support/interruptions.ts';
import { closed, LEASE_OVER, rebalance, released, rowOf, WHILE_LIVE } from './claim-cases.ts';

const run = (number: number) => ({ incidentId: 'first', run: number });
const live = rowOf(rebalance, { run: 1 });

describe('a run that shall go on', () => {
  test.each([
    [
      'claims what was handed over',
      { ...live, ...released },
      run(1),
      WHILE_LIVE,
      { type: 'claim', takeover: false },
    ],
    ['takes over the dead run before it', live, run(2), LEASE_OVER, { type: 'claim', takeover: true }],
    ['takes over its own dead twin', live, run(1), LEASE_OVER, { type: 'claim', takeover: true }],
    ['takes over a first run', rowOf(rebalance), run(1), LEASE_OVER, { type: 'claim', takeover: true }],
    ['waits for the run before it', live, run(2), WHILE_LIVE, { type: 'wait' }],
    ['leaves its own live twin alone', live, run(1), WHILE_LIVE, { type: 'moved-on' }],
    [
      'comes too late for a later one',
      { ...live, ...released, run: 2 },
      run(1),
      LEASE_OVER,
      { type: 'moved-on' },
    ],
    [
      'finds the work done',
      closed(rebalance),
      run(1),
      LEASE_OVER,
      { type: 'moved-on', reason: 'it ended as emptied' },
    ],
    [
      'gives way to another incident',
      { ...live, incidentId: 'hard' },
      run(1),
      LEASE_OVER,
      { type: 'moved-on' },
    ],
    [
      'tries again what has failed',
      { ...closed(rebalance, 'failed'), run: 1 },
      run(1),
      LEASE_OVER,
      { type: 'claim', takeover: false },
    ],
    [
      'leaves to a later one what has failed',
      { ...closed(rebalance, 'failed'), run: 2 },
      run(1),
      LEASE_OVER,
      { type: 'moved-on' },
    ],
    [
      'begins again when a soft incident of another kind is over',
      { ...closed(rebalance), incidentId: 'other', kind: 'scheduled-change' as const },
      run(1),
      LEASE_OVER,
      { type: 'begin-again' },
    ],
    [
      'waits while that is at work',
      { ...live, incidentId: 'other', kind: 'scheduled-change' as const },
      run(1),
      WHILE_LIVE,
      { type: 'wait' },
    ],
    ['finds nothing', undefined, run(1), LEASE_OVER, { type: 'moved-on' }],
  ])('%s', (_name, row, resumed, now, expected) => {
    expect(decideResume(row, rebalance, resumed, now)).toMatchObject(expected);
  });
});

describe('in the table', () => {
  const { deadline: _none, ...notice } = anInterruption({
    kind: 'rebalance-recommendation',
    severity: 'soft',
  });
  const handover = { open: ['inference/llm-0'], account: '[]' };
  let table: SimulatedTable;
  let clock: FakeClock;
  beforeEach(async () => {
    table = await startSimulatedTable();
    clock = new FakeClock(new Date('2026-11-20T10:00:06Z'));
  });
  afterEach(() => table.close());

  const incidentsOf = (owner: string): Incidents =>
    dynamoIncidents({ client: table.client(), table: table.tableName, clock, owner });

  test('a run goes on with what the last one left', async () => {
    const begunAt = clock.now();
    const first = leaseOf(await incidentsOf('first').claim(notice));
    await clock.advance(840_000);
    expect(await incidentsOf('first').handOver(first, { ...handover, run: 1 })).toBe('handed-over');
    const claim = await incidentsOf('second').resume(notice, { ...first, run: 1 });
    expect(claim).toEqual({
      type: 'claimed',
      lease: { ...first, owner: 'second', fence: 2 },
      takeover: false,
      earlier: { run: 1, begunAt, account: '[]' },
    });
  });

  test('of 25 that resume at once one gets the lease', async () => {
    const first = leaseOf(await incidentsOf('first').claim(notice));
    await incidentsOf('first').handOver(first, { ...handover, run: 1 });
    const claims = await Promise.all(
      Array.from({ length: 25 }, (_, at) => incidentsOf(`run-${at}`).resume(notice, { ...first, run: 1 })),
    );
    expect(claims.filter(({ type }) => type === 'claimed')).toHaveLength(1);
  });

  test('what was handed over is nobody’s to heartbeat, close or hand over again', async () => {
    const incidents = incidentsOf('first');
    const first = leaseOf(await incidents.claim(notice));
    await incidents.handOver(first, { ...handover, run: 1 });
    expect(await incidents.heartbeat(first)).toBe('lost');
    expect(await incidents.handOver(first, { ...handover, run: 2 })).toBe('lost');
    expect(await incidents.close(first, { outcome: 'emptied', summary: {} })).toBe('lost');
  });

  test('a duplicate of the notice between two runs goes on as well, and forgets nothing', async () => {
    const begunAt = clock.now();
    const first = leaseOf(await incidentsOf('first').claim(notice));
    await clock.advance(60_000);
    await incidentsOf('first').handOver(first, { ...handover, run: 1 });
    const again = await incidentsOf('second').claim(notice);
    expect(again).toMatchObject({ type: 'claimed', earlier: { run: 1, begunAt, account: '[]' } });
  });

  test('a harder notice forgets what the softer one left', async () => {
    const first = leaseOf(await incidentsOf('first').claim(notice));
    await incidentsOf('first').handOver(first, { ...handover, run: 1 });
    const hard = await incidentsOf('hard').claim(anInterruption());
    expect(hard).toMatchObject({ type: 'claimed', supersedes: 'rebalance-recommendation' });
    expect(hard).not.toHaveProperty('earlier');
    expect(await incidentsOf('second').resume(notice, { ...first, run: 1 })).toMatchObject({
      type: 'moved-on',
    });
  });
});

function leaseOf(claim: Claim): Lease {
  if (claim.type !== 'claimed') throw new Error(`expected a lease, got ${claim.type}`);
  return claim.lease;
}
