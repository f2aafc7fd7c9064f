import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { addressOf, depsForWorld } from '../../cli/replay/embedded-deps.ts';
import { region } from '../../cli/replay/world.ts';
import { dynamoLeaderDesk } from '../../functions/leader/desk.ts';
import { openLeader } from '../../functions/leader/leader.ts';
import type { RespondDeps } from '../../functions/respond/deps.ts';
import type { InterruptionReport } from '../../functions/respond/report.ts';
import { doomed } from '../respond/scene.ts';
import { silentLog } from '../support/silent-log.ts';
import { doomedToo, idsOf, openScene, resultsOf } from './scene.ts';

const NOTICE = 'spot-interruption-terminate';

test('the second node of a gang, handed over to the run that leads, joins the save in flight', async () => {
  // Slower than others: an offer to the leader is taken in two seconds of this clock or not at all.
  await using scene = await openScene(4);
  const gang = scene.train({ savesInSeconds: 15 });
  const [rank0] = gang;
  const leader = runOf(scene, 'leading');
  const leading = scene.send(NOTICE, leader);
  if (rank0) await scene.untilAsked(rank0);
  const handing = await scene.send(NOTICE, runOf(scene, 'handing'), 0, doomedToo);
  expect(handing.map(({ outcome }) => outcome)).toMatchObject([
    { type: 'joined', reason: expect.stringContaining('handed to the run that drains') },
  ]);
  const led = [...(await leading), ...(await leader.leader.settled())];
  expect(new Set(led.map(({ interruption }) => interruption.instanceId))).toEqual(
    new Set([doomed, doomedToo]),
  );
  expect(led.map(({ outcome }) => outcome.type)).toEqual(['emptied', 'emptied']);
  expect(led.flatMap(resultsOf)).toEqual(['saved', 'saved']);
  expect(idsOf(led)).toHaveLength(1);
  expect(new Set(gang.map((pod) => scene.request(pod)?.id).filter(Boolean))).toEqual(new Set(idsOf(led)));
  const evicted = scene.evictions().map(({ name }) => name);
  expect(new Set(evicted)).toEqual(new Set(gang.slice(0, 2).map(({ metadata }) => metadata.name)));
  expect(evicted).toHaveLength(2);
}, 120_000);

/** A run of its own, as each notice has in Lambda. */
function runOf({ clock, world }: Awaited<ReturnType<typeof openScene>>, owner: string): RespondDeps {
  const client = new DynamoDBClient({
    endpoint: world.tableEndpoint,
    region,
    credentials: { accessKeyId: 'AKIAEMBEDDED', secretAccessKey: 'embedded' },
    maxAttempts: 1,
  });
  const table = { client, table: world.tableName, clock, random: Math.random, owner };
  const desk = dynamoLeaderDesk({ ...table, leaseSeconds: 60 });
  // Patient: a busy machine must not pass for a table that does not answer.
  const leader = openLeader<InterruptionReport>({ desk, clock, log: silentLog, entryPatienceMs: 20_000 });
  return { ...depsForWorld(addressOf(world), clock, owner), leader };
}
