import {
  type DescribeInstancesCommandInput,
  EC2Client,
  type EC2ClientConfig,
  type Instance,
  paginateDescribeInstances,
} from '@aws-sdk/client-ec2';
import DataLoader from 'dataloader';
import type { Clock } from '../clock.ts';
import { AwsCallError } from '../errors.ts';
import { asInstanceId, type InstanceId } from '../signals/interruption.ts';
import { askEc2 } from './ec2-retry.ts';
import type { CapacityType, LocatedInstance, Location, Locator } from './located.ts';
import { ownerFromTags, POOL_KEY } from './owner.ts';

/** What the EC2 locator needs of the world. */
export interface Ec2LocatorDeps {
  /** Give it `maxAttempts: 1`: the retries are made here, inside a bound. */
  readonly ec2: EC2Client;
  readonly clock: Clock;
  /** Uniform in [0, 1), for jitter. */
  readonly random: () => number;
}

/**
 * Finds an instance's cluster and owner. Look-ups within a few milliseconds share a DescribeInstances call, so that
 * a storm does not use up the account's read quota (a bucket of about 100 calls, refilled at 20 a second).
 * Throttling, server errors and lost connections are retried for about 10 s; then, or at once for
 * anything else, an `AwsCallError` is thrown.
 *
 * This module loads the EC2 client, the heaviest one we have: import it only on a miss of the index.
 */
export function ec2Locator(deps: Ec2LocatorDeps): Locator {
  const instances = new DataLoader<InstanceId, Instance | undefined>((ids) => describeAll(deps, ids), {
    cache: false,
    maxBatchSize: MOST_IDS,
    batchScheduleFn: (send) => void setTimeout(send, GATHER_MS),
  });
  return {
    locate: async (instanceId) => {
      const instance = await instances.load(instanceId);
      if (!instance) return { type: 'gone', reason: `EC2 knows no instance ${instanceId}` };
      return locationOf(instanceId, instance, await deps.ec2.config.region());
    },
    instancesOfReservation: (reservationId) => instancesOfReservation(deps, reservationId),
  };
}

/** `ec2Locator` with a client of its own. */
export function openEc2Locator(settings: EC2ClientConfig, deps: Omit<Ec2LocatorDeps, 'ec2'>): Locator {
  return ec2Locator({ ...deps, ec2: new EC2Client({ ...settings, maxAttempts: 1 }) });
}

/** A filter takes 200 values. */
const MOST_IDS = 100;
/** Wall time: long enough for the answers of several index reads to meet, short beside a call. */
const GATHER_MS = 5;

/** By filter: asked by id, one instance that EC2 has forgotten would fail the call for all. */
async function describeAll(
  deps: Ec2LocatorDeps,
  ids: readonly InstanceId[],
): Promise<(Instance | undefined)[]> {
  const found = await describe(deps, { Filters: [{ Name: 'instance-id', Values: [...new Set(ids)] }] });
  const byId = new Map(found.map((instance) => [instance.InstanceId, instance]));
  return ids.map((id) => byId.get(id));
}

function locationOf(instanceId: InstanceId, instance: Instance, region: string): Location {
  const tags = tagsOf(instance);
  const ownership = ownerFromTags({ tags, operatorManaged: instance.Operator?.Managed === true });
  if (ownership.type === 'ambiguous') return ownership;
  if (ownership.type === 'not-ours') {
    // EC2 keeps a terminated instance for up to an hour, but may drop its tags earlier.
    const stripped = instance.State?.Name === 'terminated' && Object.keys(tags).length === 0;
    return stripped
      ? { type: 'gone', reason: `${instanceId} is terminated and its tags are removed` }
      : ownership;
  }
  const pool = tags[POOL_KEY];
  const zone = instance.Placement?.AvailabilityZone;
  const located: LocatedInstance = {
    instanceId,
    clusterName: ownership.clusterName,
    owner: ownership.owner,
    region,
    // A terminated instance has an empty name.
    ...(instance.PrivateDnsName ? { nodeNameHint: instance.PrivateDnsName } : {}),
    ...(instance.InstanceType ? { instanceType: instance.InstanceType } : {}),
    // The form that the cloud provider of EKS writes.
    ...(zone && { zone, providerId: `aws:///${zone}/${instanceId}` }),
    capacity: capacityOf(instance),
    ...(pool && { pool }),
  };
  return { type: 'located', instance: located };
}

/** EC2 names only what is not on demand. */
function capacityOf({ InstanceLifecycle: lifecycle }: Instance): CapacityType {
  if (lifecycle === undefined) return 'on-demand';
  return lifecycle === 'spot' ? 'spot' : 'reserved';
}

function tagsOf(instance: Instance): Readonly<Record<string, string>> {
  return Object.fromEntries((instance.Tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']));
}

/** A pending instance counts as running: it ends with the reservation too. */
async function instancesOfReservation(deps: Ec2LocatorDeps, id: string): Promise<readonly InstanceId[]> {
  const instances = await describe(deps, {
    Filters: [
      { Name: 'capacity-reservation-id', Values: [id] },
      { Name: 'instance-state-name', Values: ['pending', 'running'] },
    ],
  });
  return instances.map((instance) => {
    const instanceId = asInstanceId(instance.InstanceId ?? '');
    if (instanceId !== undefined) return instanceId;
    throw new AwsCallError(
      'DescribeInstances',
      'MalformedResponse',
      `EC2 listed an instance of ${id} without a valid id`,
    );
  });
}

function describe(deps: Ec2LocatorDeps, input: DescribeInstancesCommandInput): Promise<Instance[]> {
  return askEc2('DescribeInstances', deps, async ({ abortSignal }) => {
    const instances: Instance[] = [];
    const pages = paginateDescribeInstances(
      { client: deps.ec2 },
      // Auto Mode's instances can be hidden from lists that do not ask for managed ones.
      { ...input, IncludeManagedResources: true },
      { abortSignal },
    );
    for await (const page of pages) {
      for (const reservation of page.Reservations ?? []) instances.push(...(reservation.Instances ?? []));
    }
    return instances;
  });
}
