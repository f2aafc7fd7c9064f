import {
  type DescribeInstancesCommandInput,
  type EC2Client,
  type Instance,
  paginateDescribeInstances,
} from '@aws-sdk/client-ec2';
import type { Clock } from '../clock.ts';
import { AwsCallError } from '../errors.ts';
import { asInstanceId, type InstanceId } from '../signals/interruption.ts';
import { isNoSuchInstance, retryTransient } from './ec2-retry.ts';
import type { LocatedInstance, Location, Locator } from './located.ts';
import { ownerFromTags } from './owner.ts';

/** What the EC2 locator needs of the world. */
export interface Ec2LocatorDeps {
  /** Give it `maxAttempts: 1`: the retries are made here, inside a bound. */
  readonly ec2: EC2Client;
  readonly clock: Clock;
  /** Uniform in [0, 1), for jitter. */
  readonly random: () => number;
}

/**
 * Finds an instance's cluster and owner with one DescribeInstances call.
 * Throttling, server errors and lost connections are retried for about 10 s; then, or at once for
 * anything else, an `AwsCallError` is thrown.
 *
 * This module loads the EC2 client, the heaviest one we have: import it only on a miss of the index.
 */
export function ec2Locator(deps: Ec2LocatorDeps): Locator {
  return {
    locate: (instanceId) => locate(deps, instanceId),
    instancesOfReservation: (reservationId) => instancesOfReservation(deps, reservationId),
  };
}

async function locate(deps: Ec2LocatorDeps, instanceId: InstanceId): Promise<Location> {
  try {
    const [instance] = await describe(deps, { InstanceIds: [instanceId] });
    if (instance === undefined) return { type: 'gone', reason: `EC2 no longer lists ${instanceId}` };
    return locationOf(instanceId, instance, await deps.ec2.config.region());
  } catch (error) {
    if (isNoSuchInstance(error)) return { type: 'gone', reason: `EC2 knows no instance ${instanceId}` };
    throw error;
  }
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
  const located: LocatedInstance = {
    instanceId,
    clusterName: ownership.clusterName,
    owner: ownership.owner,
    region,
    // A terminated instance has an empty name.
    ...(instance.PrivateDnsName ? { nodeNameHint: instance.PrivateDnsName } : {}),
    ...(instance.InstanceType ? { instanceType: instance.InstanceType } : {}),
    ...(instance.Placement?.AvailabilityZone ? { zone: instance.Placement.AvailabilityZone } : {}),
  };
  return { type: 'located', instance: located };
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
  return retryTransient('DescribeInstances', deps, async (abortSignal) => {
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
