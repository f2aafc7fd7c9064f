import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { systemClock } from '../../functions/clock.ts';
import {
  type HoursTable,
  openHoursTable,
  readHours,
  replaceTally,
} from '../../functions/savings/hours-table.ts';
import { settleHour } from '../../functions/savings/settle.ts';
import { type HourTally, hourOf } from '../../functions/savings/tally.ts';
import { same } from '../world/claims.ts';
import { inference } from './inference.ts';
import { conversationHas, deadLetters } from './looks.ts';
import type { Scenario, Scene } from './scenario.ts';

const NODES = 3;
const HOUR_MS = 3_600_000;
const ON_DEMAND = 5.672;
const SPOT = 2.5;

export const savings: Scenario = {
  name: 'savings',
  about: `an hour in which ${NODES} spot nodes ran is over: what they cost is written down, and told in the digest of the week`,
  isQuick: true,
  play: async (scene) => {
    const { borrow, claim, fill, fn, namespace, stack, tick } = scene;
    const now = systemClock.now();
    const lastHour = new Date(hourOf(now).getTime() - HOUR_MS);
    await fill(NODES, () => inference(namespace));
    const market = await borrow(['ec2', 'pricing']);
    const table = tableOf(scene);
    const counted = await countedSince(table, lastHour);
    await claim('the pass has counted the nodes', () => same(counted?.groups[0]?.runs[0]?.[2], NODES), 0);
    if (!counted) return {};
    // Nobody waits for the hour to end: what was counted in this one is said of the one before.
    await replaceTally(
      table,
      { ...counted, hour: lastHour, groups: [], seen: [] },
      { ...counted, hour: lastHour },
    );
    const [{ instanceType = '', zone = '' } = {}] = counted.groups;
    market.setMarket({
      onDemand: { [instanceType]: ON_DEMAND },
      spot: [
        {
          instanceType,
          zone,
          zoneId: 'use2-az1',
          dollars: SPOT,
          since: new Date(lastHour.getTime() - HOUR_MS),
        },
      ],
    });
    const { arn } = fn('report').properties;
    await tick(stack.schedules.find((each) => each.target === arn)?.expression ?? '');
    await claim('each minute of a node has its price on spot, and what it would have cost', async () => {
      const { prices } = await readHours(table, lastHour, hourOf(now));
      const [account] = [...settleHour({ ...counted, hour: lastHour }, prices[0]).values()];
      const minutes = Math.round((account?.spotHours ?? 0) * 60);
      return same(
        [round(account?.spotDollars), round(account?.savedDollars), account?.unpricedHours],
        [round((minutes / 60) * SPOT), round((minutes / 60) * (ON_DEMAND - SPOT)), 0],
      );
    });
    const isDigest = ({ input }: { readonly input: string | undefined }) =>
      input?.includes('digest') === true;
    await tick(stack.schedules.find(isDigest)?.expression ?? '');
    await claim('Slack has the digest of the week, once', () => conversationHas(scene, /[Ss]pot saved/), 30);
    await claim('no letter is dead', async () => same(await deadLetters(scene), 0));
    return { 'report ms': Math.round(fn('report').durations[0] ?? 0) };
  },
};

/** The stack's, as an administrator. */
function tableOf({ account, fn }: Scene): HoursTable {
  return openHoursTable({
    client: new DynamoDBClient(account.connection),
    table: fn('report').properties.environment.INCIDENT_TABLE ?? '',
    clock: systemClock,
    random: Math.random,
  });
}

async function countedSince(table: HoursTable, from: Date): Promise<HourTally | undefined> {
  const { tallies } = await readHours(table, from, new Date(from.getTime() + 3 * HOUR_MS));
  return tallies.at(-1);
}

function round(dollars = 0): number {
  return Math.round(dollars * 10_000) / 10_000;
}
