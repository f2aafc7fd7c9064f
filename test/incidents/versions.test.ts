import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../functions/clock.ts';
import { dynamoIncidents } from '../../functions/incidents/dynamo.ts';
import { type SimulatedTable, startSimulatedTable } from '../../simulator/table/table.ts';
import { runHere } from '../cli/run-here.ts';
import { anInterruption } from '../support/interruptions.ts';

/** Rows that outlive a deployment: written by an earlier or a later version, read by this one. */
const noticedAt = new Date(Math.floor(Date.now() / 1000) * 1000);
const spot = anInterruption({ noticedAt, deadline: new Date(noticedAt.getTime() + 120_000) });
const incidentId = `${spot.instanceId}/spot-interruption/${noticedAt.getTime() / 1000}`;

/** What the first version wrote, field by field; everything that came later is absent. */
const first = {
  pk: { S: `instance#${spot.instanceId}` },
  sk: { S: 'incident' },
  schemaVersion: { N: '1' },
  instanceId: { S: spot.instanceId },
  incidentId: { S: incidentId },
  kind: { S: 'spot-interruption' },
  severity: { S: 'hard' },
  noticedAt: { S: noticedAt.toISOString() },
  state: { S: 'open' },
  fence: { N: '3' },
  owner: { S: 'old' },
  claimToken: { S: 'token' },
  leaseUntil: { N: '1' },
};

let table: SimulatedTable;
beforeEach(async () => {
  table = await startSimulatedTable();
});
afterEach(() => table.close());

const put = (Item: NonNullable<ConstructorParameters<typeof PutItemCommand>[0]['Item']>) =>
  table.client().send(new PutItemCommand({ TableName: table.tableName, Item }));

function incidents() {
  const access = { client: table.client(), table: table.tableName, clock: systemClock };
  return dynamoIncidents({ ...access, owner: 'new' });
}

test('an open row of the first version, whose run has died with the deployment, is taken over', async () => {
  await put(first);
  expect(await incidents().claim(spot)).toMatchObject({
    type: 'claimed',
    takeover: true,
    lease: { incidentId, fence: 4 },
  });
});

test('a closed row of the first version is known as handled', async () => {
  await put({ ...first, state: { S: 'closed' }, outcome: { S: 'emptied' } });
  expect(await incidents().claim(spot)).toEqual({ type: 'already-handled', incidentId, outcome: 'emptied' });
});

test('a field that a later version added to the same schema is no trouble', async () => {
  await put({ ...first, addedLater: { M: { a: { S: 'b' } } } });
  expect(await incidents().claim(spot)).toMatchObject({ type: 'claimed', lease: { fence: 4 } });
});

test('a row of a later schema is left as it is, and status names it with what to do', async () => {
  await put({ ...first, schemaVersion: { N: '2' } });
  await expect(incidents().claim(spot)).rejects.toThrow('Another version wrote it: finish the deployment');
  const environment = {
    AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
    AWS_ACCESS_KEY_ID: 'AKIATEST',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-2',
  };
  const { code, stderr } = await runHere(environment, 'status', '--table', table.tableName);
  expect(code).toBe(1);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toContain(`instance#${spot.instanceId}`);
});
