import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Clock } from '../../functions/clock.ts';
import { dynamoLeaderDesk, type LeaderDesk } from '../../functions/leader/desk.ts';
import { type Leader, openLeader, type Place } from '../../functions/leader/leader.ts';
import type { Offer } from '../../functions/leader/offer.ts';
import { type SimulatedTable, startSimulatedTable } from '../../simulator/table/table.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { anInterruption, instanceId } from '../support/interruptions.ts';
import { patientClock } from '../support/patient-clock.ts';
import { silentLog } from '../support/silent-log.ts';

let table: SimulatedTable;
let client: DynamoDBClient;
beforeEach(async () => {
  table = await startSimulatedTable();
  client = table.client();
});
afterEach(() => table.close());

/** By it a busy machine does not pass for a table that does not answer. */
const clock = patientClock(1);

function deskOf(owner: string, time: Clock = clock): LeaderDesk {
  const { tableName } = table;
  return dynamoLeaderDesk({
    client,
    table: tableName,
    clock: time,
    random: Math.random,
    owner,
    leaseSeconds: 15,
  });
}

const leaderOf = (owner: string): Leader<string> =>
  openLeader({ desk: deskOf(owner), clock, log: silentLog });

function offerOf(owner: string, number = 1): Offer {
  const id = instanceId(`i-0${String(number).padStart(16, '0')}`);
  return {
    clusterName: 'prod',
    nodeName: `node-${number}`,
    nodeUid: `uid-of-node-${number}`,
    interruption: anInterruption({ instanceId: id }),
    lease: { instanceId: id, incidentId: `${id}/spot-interruption/1`, owner, fence: 1 },
  };
}

const nobody = async () => 'nothing is offered';

function offering(place: Place) {
  if (place.type !== 'elsewhere') throw new Error('expected another leader');
  return place.offer;
}

function leaving(place: Place) {
  if (place.type !== 'here') throw new Error('expected to lead');
  return place.leave;
}

test('one of many runs leads a cluster, and each cluster has a leader of its own', async () => {
  const leaders = Array.from({ length: 10 }, (_, run) => leaderOf(`run-${run}`));
  const places = await Promise.all(leaders.map((leader) => leader.enter('prod', nobody)));
  expect(places.filter(({ type }) => type === 'here')).toHaveLength(1);
  const other = await leaderOf('another').enter('staging', nobody);
  expect(other.type).toBe('here');
  for (const place of [...places, other]) if (place.type === 'here') place.leave();
  await Promise.all(leaders.map((leader) => leader.settled()));
});

test('what is offered is taken over by the leader, dates and all, and its result is told when all is settled', async () => {
  const leader = leaderOf('leader');
  const taken: Offer[] = [];
  const leave = leaving(
    await leader.enter('prod', async (offer) => {
      taken.push(offer);
      return offer.nodeName;
    }),
  );
  const offer = offering(await leaderOf('follower').enter('prod', nobody));
  expect(await offer(offerOf('follower'))).toBe('taken');
  leave();
  expect(await leader.settled()).toEqual(['node-1']);
  expect(taken).toEqual([offerOf('follower')]);
});

test('each of 30 offers made at once is taken over exactly once', async () => {
  const leader = leaderOf('leader');
  const leave = leaving(await leader.enter('prod', async (offer) => offer.nodeName));
  const answers = await Promise.all(
    Array.from({ length: 30 }, async (_, number) => {
      const run = leaderOf(`run-${number}`);
      const place = await run.enter('prod', nobody);
      if (place.type === 'elsewhere') return place.offer(offerOf(`run-${number}`, number));
      // The machine was too busy for an answer in time: this run drains alone.
      place.leave();
      await run.settled();
      return 'alone';
    }),
  );
  leave();
  const results = await leader.settled();
  expect(answers.filter((answer) => answer === 'taken')).toHaveLength(results.length);
  expect(new Set(results).size).toBe(results.length);
  expect(results.length).toBeGreaterThan(0);
});

test('of all who try to take an offer one gets it, and it is off the table', async () => {
  const offer = offerOf('follower');
  await deskOf('follower').offer(offer);
  const takers = ['leader', 'follower', 'follower', 'another'].map((owner) => deskOf(owner).take(offer));
  expect((await Promise.all(takers)).filter(Boolean)).toHaveLength(1);
  expect(await deskOf('leader').isOpen(offer)).toBe(false);
  expect(await deskOf('leader').offers('prod')).toEqual([]);
});

test.each(['UpdateItem', 'DeleteItem'])(
  'an offer is taken though the answer to %s was lost',
  async (lost) => {
    const offer = offerOf('follower');
    await deskOf('follower').offer(offer);
    let left = 1;
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const answer = await next(args);
          if (commandName !== `${lost}Command` || left-- <= 0) return answer;
          throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
        },
      { step: 'deserialize', priority: 'low' },
    );
    expect(await deskOf('leader').take(offer)).toBe(true);
    expect(await deskOf('follower').take(offer)).toBe(false);
    expect(await deskOf('leader').offers('prod')).toEqual([]);
  },
);

test('an offer that a dead leader never takes goes back to who made it', async () => {
  await deskOf('dead').lead('prod');
  const offer = offering(await leaderOf('follower').enter('prod', nobody));
  expect(await offer(offerOf('follower'))).toBe('declined');
  expect(await deskOf('follower').offers('prod')).toEqual([]);
});

test('when the leader is done, the next run leads', async () => {
  const first = leaderOf('first');
  leaving(await first.enter('prod', nobody))();
  await first.settled();
  expect(await deskOf('second').lead('prod')).toBe(true);
});

test('a leader silent for its lease has lost the lead', async () => {
  const time = new FakeClock();
  await deskOf('dead', time).lead('prod');
  await time.advance(14_999);
  expect(await deskOf('second', time).lead('prod')).toBe(false);
  await time.advance(2);
  expect(await deskOf('second', time).lead('prod')).toBe(true);
});

test('a run drains alone, at once, when the table fails', async () => {
  const broken = vi.fn(async () => {
    throw new Error('no table');
  });
  const desk = { ...deskOf('run'), lead: broken, offers: broken, resign: broken };
  const leader = openLeader<string>({ desk, clock, log: silentLog });
  leaving(await leader.enter('prod', nobody))();
  expect(await leader.settled()).toEqual([]);
});

test('a run drains alone when the table does not answer within two seconds', async () => {
  const desk = { ...deskOf('run'), lead: () => new Promise<boolean>(() => undefined) };
  const leader = openLeader<string>({ desk, clock, log: silentLog });
  leaving(await leader.enter('prod', nobody))();
  expect(await leader.settled()).toEqual([]);
});

test('many nodes of one process are one candidate: the table is asked once', async () => {
  let asked = 0;
  const desk = deskOf('many');
  const lead = (clusterName: string) => {
    asked += 1;
    return desk.lead(clusterName);
  };
  const leader = openLeader<string>({ desk: { ...desk, lead }, clock, log: silentLog });
  const places = await Promise.all(Array.from({ length: 20 }, () => leader.enter('prod', nobody)));
  const later = await leader.enter('prod', nobody);
  expect([...places, later].map(({ type }) => type)).toEqual(Array(21).fill('here'));
  expect(asked).toBe(1);
  for (const place of [...places, later]) leaving(place)();
  await leader.settled();
});
