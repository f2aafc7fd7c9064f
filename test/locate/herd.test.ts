import { EC2Client } from '@aws-sdk/client-ec2';
import { expect, test, vi } from 'vitest';
import { ec2Locator } from '../../functions/locate/ec2-locator.ts';
import { asInstanceId, type InstanceId } from '../../functions/signals/interruption.ts';
import { startSimulatedAccount } from '../../simulator/account/account.ts';
import { clientOptions } from '../simulator/account-client-options.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** A tenth of an account's bucket, for a tenth of a storm of 1,000. */
const QUOTA = { capacity: 10, refillPerSecond: 2 };
const STORM = Array.from({ length: 100 }, (_, at) => idOf(at));

function idOf(at: number): InstanceId {
  const id = asInstanceId(`i-0${at.toString(16).padStart(16, '0')}`);
  if (!id) throw new RangeError(`no instance id for ${at}`);
  return id;
}

async function openHerd() {
  const clock = new FakeClock();
  const account = await startSimulatedAccount({ clock, region: 'us-east-2', ec2ReadQuota: QUOTA });
  const tags = { 'eks:cluster-name': 'one', 'eks:nodegroup-name': 'gpu' };
  for (const instanceId of STORM) account.addInstance({ instanceId, tags });
  const ec2 = new EC2Client(clientOptions(account));
  let underWay = 0;
  ec2.middlewareStack.add(
    (next) => (args) => {
      underWay += 1;
      return next(args).finally(() => {
        underWay -= 1;
      });
    },
    { step: 'initialize' },
  );
  let seed = 1;
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  return {
    account,
    clock,
    /** Of a process of its own. */
    locator: () => ec2Locator({ ec2, clock, random }),
    /** Lets so many seconds pass; no call takes any of them. */
    pass: async (seconds: number) => {
      for (let step = 0; step < seconds * 10; step += 1) {
        await clock.advance(100);
        await vi.waitFor(() => expect(underWay).toBe(0), { interval: 1, timeout: 20_000 });
      }
    },
    [Symbol.asyncDispose]: async () => {
      ec2.destroy();
      await account.close();
    },
  };
}

test('a storm of processes that each ask for one instance: whom EC2 refuses for ten seconds, a second look finds in one request', async () => {
  await using herd = await openHerd();
  const first = STORM.map((id) => herd.locator().locate(id));
  const ends = Promise.allSettled(first);
  await vi.waitFor(() => expect(herd.account.calls).toHaveLength(STORM.length), { timeout: 20_000 });
  await herd.pass(11);
  const ended = await ends;
  const found = ended.filter(({ status }) => status === 'fulfilled').length;
  // The bucket, and what ran into it within ten seconds.
  expect(found).toBeGreaterThan(QUOTA.capacity);
  expect(found).toBeLessThanOrEqual(QUOTA.capacity + 10 * QUOTA.refillPerSecond + 1);
  const refused = ended.filter((each) => each.status === 'rejected').map(({ reason }) => reason.code);
  expect(new Set(refused)).toEqual(new Set(['RequestLimitExceeded']));
  await herd.pass(9);
  const asked = herd.account.calls.length;
  const second = herd.locator();
  const locations = await Promise.all(STORM.map((id) => second.locate(id)));
  expect(new Set(locations.map(({ type }) => type))).toEqual(new Set(['located']));
  expect(herd.account.calls).toHaveLength(asked + 1);
});
