import type { Clock } from '../clock.ts';
import type { Location, Locator } from '../locate/located.ts';
import type { InstanceId } from '../signals/interruption.ts';
import type { Found, NodeIndex } from './node-index.ts';

export interface IndexedLocatorDeps {
  readonly index: Pick<NodeIndex, 'find'>;
  readonly ec2: Locator;
  readonly clock: Clock;
  /** In [0, 1), for jitter. */
  readonly random: () => number;
}

/** Answers from the index, without EC2; what is not there, EC2 is asked for as if there were no index. */
export function indexedLocator(deps: IndexedLocatorDeps): Locator {
  const { ec2, index } = deps;
  return {
    locate: async (instanceId) => {
      const found = await index.find(instanceId);
      return found === 'unread' ? locateInDoubt(deps, instanceId) : answer(deps, instanceId, found);
    },
    instancesOfReservation: (reservationId) => ec2.instancesOfReservation(reservationId),
  };
}

/** Of a storm's runs, each in a process of its own, so many milliseconds lie between the first and the last that ask EC2. */
const SPREAD_MS = 6_000;

/**
 * A table that is slow for one run is slow for all of a storm, and together they would use up the account's reads of EC2:
 * so the table is asked on, EC2 beside it after a pause of this run's own, and the first that knows is believed.
 */
async function locateInDoubt(deps: IndexedLocatorDeps, instanceId: InstanceId): Promise<Location> {
  const { clock, ec2, index, random } = deps;
  const again = index.find(instanceId);
  const heard = new AbortController();
  const pause = clock.sleep(random() * SPREAD_MS, heard.signal).then(() => 'unread' as const);
  const found = await Promise.race([again, pause]).finally(() => heard.abort());
  if (found !== 'unread') return answer(deps, instanceId, found);
  const asked = ec2.locate(instanceId);
  const known = again.then((late) => {
    if (late === undefined || late === 'unread') throw new Error('the index does not know it either');
    return answer(deps, instanceId, late);
  });
  return Promise.any([asked, known]).catch(() => asked);
}

async function answer(
  { ec2 }: IndexedLocatorDeps,
  instanceId: InstanceId,
  found: Exclude<Found, 'unread'>,
): Promise<Location> {
  if (!found) return ec2.locate(instanceId);
  return { type: 'located', instance: found, askEc2: () => ec2.locate(instanceId) };
}
