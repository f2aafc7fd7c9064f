import { afterEach, beforeEach, expect, test } from 'vitest';
import { dynamoIncidents } from '../../functions/incidents/dynamo.ts';
import type { Incidents } from '../../functions/incidents/incident.ts';
import { asInstanceId } from '../../functions/signals/interruption.ts';
import { type SimulatedTable, startSimulatedTable } from '../../simulator/table/table.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { anInterruption } from '../support/interruptions.ts';

const SECOND = { isSecondLook: true };
const storm = Array.from({ length: 120 }, (_, at) => {
  const instanceId = asInstanceId(`i-0${String(at).padStart(16, '0')}`);
  if (!instanceId) throw new Error('no instance id');
  return { ...anInterruption(), instanceId };
});

let table: SimulatedTable;
let clock: FakeClock;
beforeEach(async () => {
  table = await startSimulatedTable();
  clock = new FakeClock(new Date('2026-11-20T10:00:06Z'));
});
afterEach(() => table.close());

function incidentsOf(owner: string, asked: string[] = []): Incidents {
  const client = table.client();
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        asked.push(commandName);
        return next(args);
      },
    { step: 'initialize' },
  );
  return dynamoIncidents({ client, table: table.tableName, clock, owner });
}

test('a storm’s second looks at what first runs hold are two reads, and no write', async () => {
  const first = incidentsOf('first');
  await Promise.all(storm.map((each) => first.claim(each)));
  const asked: string[] = [];
  const second = incidentsOf('second', asked);
  const claims = await Promise.all(storm.map((each) => second.claim(each, SECOND)));
  expect(new Set(claims.map(({ type }) => type))).toEqual(new Set(['joined']));
  expect(asked).toEqual(['BatchGetItemCommand', 'BatchGetItemCommand']);
});

test('a second look claims what no first run has', async () => {
  const [held, free] = storm.slice(0, 2);
  if (!held || !free) throw new Error('no storm');
  await incidentsOf('first').claim(held);
  const second = incidentsOf('second');
  const claims = await Promise.all([second.claim(held, SECOND), second.claim(free, SECOND)]);
  expect(claims).toMatchObject([
    { type: 'joined', owner: 'first' },
    { type: 'claimed', takeover: false, lease: { fence: 1, instanceId: free.instanceId } },
  ]);
});

test('of 25 second looks at once one takes a dead lease over', async () => {
  const [notice] = storm;
  if (!notice) throw new Error('no storm');
  await incidentsOf('crashed').claim(notice);
  await clock.advance(15_000);
  const runs = Array.from({ length: 25 }, (_, run) => incidentsOf(`run-${run}`));
  const claims = await Promise.all(runs.map((run) => run.claim(notice, SECOND)));
  const claimed = claims.filter(({ type }) => type === 'claimed');
  expect(claimed).toMatchObject([{ takeover: true, lease: { fence: 2 } }]);
});
