import { readFileSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { addressOf, depsForWorld } from '../../cli/replay/embedded-deps.ts';
import { stormNodes } from '../../cli/replay/fleet.ts';
import { seed } from '../../cli/replay/seed.ts';
import { region, startWorld } from '../../cli/replay/world.ts';
import { dynamoLeaderDesk } from '../../functions/leader/desk.ts';
import { openLeader } from '../../functions/leader/leader.ts';
import { handleDelivery } from '../../functions/respond/delivery.ts';
import type { RespondDeps } from '../../functions/respond/deps.ts';
import type { InterruptionReport } from '../../functions/respond/report.ts';
import { aimEvent, retimeEvent } from '../../functions/signals/retime.ts';
import { instanceId } from '../support/interruptions.ts';
import { patientClock } from '../support/patient-clock.ts';
import { silentLog } from '../support/silent-log.ts';

const sample: unknown = JSON.parse(
  readFileSync(new URL('../../events/spot-interruption-terminate.json', import.meta.url), 'utf8'),
);
const NODES = 8;
const doomed = Array.from({ length: NODES }, (_, at) => instanceId(`i-0${String(at).padStart(16, '0')}`));

/** A storm in which each notice reaches a run of its own, as in Lambda. */
async function openStorm() {
  const clock = patientClock(2);
  const world = await startWorld(clock);
  const { workloads, ...plan } = stormNodes()(doomed);
  seed(world, { ...plan, workloads: workloads.filter(({ saves }) => !saves) });
  const address = addressOf(world);
  const { tableEndpoint, tableName } = world;
  const start = clock.now();
  const client = new DynamoDBClient({
    endpoint: tableEndpoint,
    region,
    credentials: { accessKeyId: 'AKIAEMBEDDED', secretAccessKey: 'embedded' },
    maxAttempts: 1,
  });
  /** Patient: a busy machine must not pass for a table that does not answer. */
  const leaderOf = (owner: string) => {
    const table = { client, table: tableName, clock, random: Math.random, owner };
    const desk = dynamoLeaderDesk({ ...table, leaseSeconds: 60 });
    return openLeader<InterruptionReport>({ desk, clock, log: silentLog, entryPatienceMs: 20_000 });
  };
  return {
    world,
    send: async (at: number, part: Partial<RespondDeps> = {}) => {
      const deps = { ...depsForWorld(address, clock, `run-${at}`), leader: leaderOf(`run-${at}`), ...part };
      const event = retimeEvent(aimEvent(sample, doomed[at] ?? instanceId('i-0')), start);
      const { reports } = await handleDelivery(event, deps);
      return reports;
    },
    incidents: depsForWorld(address, clock, 'onlooker').incidents,
    [Symbol.asyncDispose]: () => world.close(),
  };
}

test('in a storm every run cordons its own node, and what is handed over is emptied once, by the run that leads', async () => {
  await using storm = await openStorm();
  const answers = await Promise.all(doomed.map((_, at) => storm.send(at)));
  const reports = answers.flat();
  const emptied = reports.filter(({ outcome }) => outcome.type === 'emptied');
  expect(new Set(emptied.map(({ interruption }) => interruption.instanceId))).toEqual(new Set(doomed));
  expect(emptied).toHaveLength(NODES);
  const handed = reports.filter(({ outcome }) => outcome.type === 'joined');
  const mostOfOneRun = Math.max(...answers.map((ofRun) => ofRun.length));
  expect(mostOfOneRun).toBeGreaterThan(1);
  expect(handed.length).toBeGreaterThan(0);
  const { evictions } = storm.world.cluster;
  expect(new Set(evictions.map(({ uid }) => uid)).size).toBe(evictions.length);
  const rows = await Promise.all(doomed.map((id) => storm.incidents.get(id)));
  expect(rows.map((row) => row?.outcome)).toEqual(Array(NODES).fill('emptied'));
}, 120_000);

test('a run whose leader is dead drains its own node', async () => {
  await using storm = await openStorm();
  const dead: RespondDeps['leader'] = {
    enter: async () => ({ type: 'elsewhere', offer: async () => 'declined' }),
    settled: async () => [],
  };
  const [report] = await storm.send(0, { leader: dead });
  expect(report?.outcome.type).toBe('emptied');
}, 60_000);
