import { afterEach, beforeEach, expect, test } from 'vitest';
import { dynamoIncidents } from '../../functions/incidents/dynamo.ts';
import type { Claim, Incidents, Lease } from '../../functions/incidents/incident.ts';
import { type SimulatedTable, startSimulatedTable } from '../../simulator/table/table.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { anInterruption, instanceId } from '../support/interruptions.ts';

const spot = anInterruption();
const CLOSING = { outcome: 'emptied', clusterName: 'training', nodeName: 'node-1', summary: { pods: 3 } };

let table: SimulatedTable;
let clock: FakeClock;
let run: Incidents;
beforeEach(async () => {
  table = await startSimulatedTable();
  clock = new FakeClock(new Date('2026-11-20T10:00:06Z'));
  run = dynamoIncidents({ client: table.client(), table: table.tableName, clock, owner: 'run' });
});
afterEach(() => table.close());

function leaseOf(claim: Claim): Lease {
  if (claim.type !== 'claimed') throw new Error(`expected a lease, got ${claim.type}`);
  return claim.lease;
}

test('closing twice keeps one history row', async () => {
  const lease = leaseOf(await run.claim(spot));
  expect(await run.close(lease, CLOSING)).toBe('closed');
  expect(await run.close(lease, CLOSING)).toBe('closed');
  expect(await run.history(clock.now())).toHaveLength(1);
});

test('history lists the incidents closed on a day, newest first', async () => {
  for (const digit of ['1', '2', '3']) {
    const claim = await run.claim({ ...spot, instanceId: instanceId(`i-0aaaaaaaaaaaaaaa${digit}`) });
    await clock.advance(1_000);
    await run.close(leaseOf(claim), { ...CLOSING, summary: { at: clock.now(), nothing: undefined } });
  }
  const history = await run.history(clock.now());
  expect(history.map((row) => row.instanceId)).toEqual(
    ['3', '2', '1'].map((digit) => `i-0aaaaaaaaaaaaaaa${digit}`),
  );
  expect(history[0]).toMatchObject({
    outcome: 'emptied',
    fence: 1,
    summary: { at: '2026-11-20T10:00:09.000Z' },
  });
  expect(Object.keys(history[0] ?? {})).not.toContain('pk');
  expect(await run.history(new Date('2026-11-19T10:00:00Z'))).toEqual([]);
});

test('history of more than one page is complete', async () => {
  const summary = { note: 'x'.repeat(300_000) };
  for (const digit of ['1', '2', '3', '4', '5']) {
    const claim = await run.claim({ ...spot, instanceId: instanceId(`i-0aaaaaaaaaaaaaaa${digit}`) });
    await run.close(leaseOf(claim), { ...CLOSING, summary });
  }
  expect(await run.history(clock.now())).toHaveLength(5);
});
