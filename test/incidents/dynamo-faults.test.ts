import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  DynamoDBServiceException,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { AwsCallError } from '../../functions/errors.ts';
import { dynamoIncidents } from '../../functions/incidents/dynamo.ts';
import type { Incidents } from '../../functions/incidents/incident.ts';
import { dynamoLedger } from '../../functions/notify/ledger/ledger.ts';
import { type SimulatedTable, startSimulatedTable } from '../../simulator/table/table.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { anInterruption } from '../support/interruptions.ts';

const spot = anInterruption();

let table: SimulatedTable;
let clock: FakeClock;
let client: DynamoDBClient;
let incidents: Incidents;
beforeEach(async () => {
  table = await startSimulatedTable();
  clock = new FakeClock(new Date('2026-11-20T10:00:06Z'));
  client = table.client();
  incidents = dynamoIncidents({ client, table: table.tableName, clock, owner: 'run', random: () => 0.5 });
});
afterEach(() => table.close());

/** Lets the first `times` calls end in `fault`; `answered` faults happen after the table did its work. */
function breakCalls(fault: Error, times: number, when: 'before' | 'answered' = 'before'): void {
  let left = times;
  client.middlewareStack.add(
    (next) => async (args) => {
      if (left <= 0) return next(args);
      left -= 1;
      if (when === 'answered') await next(args);
      throw fault;
    },
    { step: 'deserialize', priority: 'low' },
  );
}

function serviceFault(name: string, status = 400): DynamoDBServiceException {
  return new DynamoDBServiceException({
    name,
    message: 'no',
    $fault: 'client',
    $metadata: { httpStatusCode: status },
  });
}

/** Moves time on whenever the call sleeps, until it ends. */
async function letSleep<T>(call: Promise<T>): Promise<T> {
  let over = false;
  const end = call.finally(() => {
    over = true;
  });
  end.catch(() => undefined);
  while (!over) {
    await Promise.race([end.catch(() => undefined), clock.untilAsleep()]);
    if (!over) await clock.advance(10);
  }
  return end;
}

test.each([
  ['ProvisionedThroughputExceededException', serviceFault('ProvisionedThroughputExceededException')],
  ['ThrottlingException', serviceFault('ThrottlingException')],
  ['RequestLimitExceeded', serviceFault('RequestLimitExceeded')],
  ['InternalServerError', serviceFault('InternalServerError', 500)],
  ['ECONNRESET', Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })],
])('%s is tried again, with growing waits', async (_name, fault) => {
  breakCalls(fault, 3);
  expect(await letSleep(incidents.claim(spot))).toMatchObject({ type: 'claimed', lease: { fence: 1 } });
  expect(clock.slept).toEqual([25, 50, 100]);
});

test('throttling that goes on ends after three seconds, naming call, table and remedy', async () => {
  breakCalls(serviceFault('ThrottlingException'), Number.POSITIVE_INFINITY);
  const startedAt = clock.now().getTime();
  const error: unknown = await letSleep(incidents.claim(spot)).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AwsCallError);
  expect(error).toMatchObject({
    operation: 'PutItem',
    code: 'ThrottlingException',
    message: expect.stringMatching(
      /dynamodb:PutItem on table "incidents" failed after \d+ attempts.*on-demand capacity/,
    ),
  });
  const waited = clock.now().getTime() - startedAt;
  expect(waited).toBeGreaterThan(2_000);
  expect(waited).toBeLessThanOrEqual(3_000);
});

test.each([
  ['AccessDeniedException', 'Allow dynamodb:PutItem on table "incidents"'],
  ['ExpiredTokenException', 'valid AWS credentials'],
  ['ValidationException', 'DynamoDB API error codes'],
])('%s is final and says what to do', async (name, remedy) => {
  breakCalls(serviceFault(name), 1);
  await expect(incidents.claim(spot)).rejects.toThrow(remedy);
  expect(clock.slept).toEqual([]);
});

test('a missing table says how to get one', async () => {
  const elsewhere = dynamoIncidents({ client, table: 'missing', clock, owner: 'run' });
  const error: unknown = await elsewhere
    .heartbeat({
      instanceId: spot.instanceId,
      incidentId: 'any',
      owner: 'run',
      fence: 1,
    })
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    name: 'AwsCallError',
    operation: 'UpdateItem',
    code: 'ResourceNotFoundException',
  });
  expect(error).toHaveProperty('message', expect.stringMatching(/table "missing".*Deploy the stack/));
});

test('whoever has more patience outlasts a longer outage', async () => {
  const patient = { client, table: table.tableName, clock, random: () => 0.5, patienceMs: 30_000 };
  breakCalls(serviceFault('ThrottlingException'), 20);
  await letSleep(dynamoLedger(patient).markChanged('conversation'));
});

test('a claim whose answer was lost on the wire is recognised as ours', async () => {
  breakCalls(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }), 1, 'answered');
  expect(await letSleep(incidents.claim(spot))).toMatchObject({
    type: 'claimed',
    takeover: false,
    lease: { fence: 1 },
  });
});

test('a lease taken over and one given up are recognised as ours though the answer was lost', async () => {
  const claim = await incidents.claim(spot);
  if (claim.type !== 'claimed') throw new Error('expected the lease');
  const hangUp = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  const leader = dynamoIncidents({
    client,
    table: table.tableName,
    clock,
    owner: 'leader',
    random: () => 0.5,
  });
  breakCalls(hangUp, 1, 'answered');
  const adopted = await letSleep(leader.adopt(claim.lease));
  expect(adopted).toEqual({ ...claim.lease, owner: 'leader', fence: 2 });
  if (!adopted) throw new Error('expected the lease');
  breakCalls(hangUp, 1, 'answered');
  const handover = { run: 1, begunAt: clock.now(), open: [], account: '[]' };
  expect(await letSleep(leader.handOver(adopted, handover))).toBe('handed-over');
});

test('the right to speak in a conversation is recognised as ours though the answer was lost', async () => {
  const ledger = dynamoLedger({ client, table: table.tableName, clock, random: () => 0.5 });
  breakCalls(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }), 1, 'answered');
  expect(await letSleep(ledger.hold('conversation'))).toMatchObject({ conversation: 'conversation' });
  expect(await ledger.hold('conversation')).toBeUndefined();
});

test('a lease that another run took first is not adopted', async () => {
  const claim = await incidents.claim(spot);
  if (claim.type !== 'claimed') throw new Error('expected the lease');
  const desks = ['one', 'other'].map((owner) =>
    dynamoIncidents({ client, table: table.tableName, clock, owner, random: () => 0.5 }),
  );
  const adopted = await Promise.all(desks.map((desk) => desk.adopt(claim.lease)));
  expect(adopted.filter(Boolean)).toHaveLength(1);
});

test('a claim that loses race after race ends in an error, not in a loop', async () => {
  const wire = mockClient(DynamoDBDocumentClient);
  onTestFinished(() => wire.restore());
  wire.on(GetCommand).resolves({});
  wire.on(PutCommand).rejects(new ConditionalCheckFailedException({ message: 'no', $metadata: {} }));
  await expect(incidents.claim(spot)).rejects.toThrow(/lost 12 races for instance i-0aaaaaaaaaaaaaaa1/);
  expect(wire.commandCalls(PutCommand)).toHaveLength(12);
});
