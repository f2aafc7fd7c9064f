import {
  DescribeInstanceTypesCommand,
  EC2Client,
  type EC2ClientConfig,
  type InstanceTypeInfo,
  paginateDescribeInstances,
} from '@aws-sdk/client-ec2';
import { asInstanceId, type InstanceId } from '../../signals/interruption.ts';
import { askAws } from './aws-call.ts';
import type { GroupsPort, InstanceType } from './port.ts';

/** Values of one filter. */
const IDS_AT_ONCE = 200;
const TYPES_AT_ONCE = 100;

/** This module loads the EC2 client: import it when it is needed only. */
export function openInstances(
  ec2: EC2Client | EC2ClientConfig,
): Pick<GroupsPort, 'describeTypes' | 'launchTimes'> {
  const client = ec2 instanceof EC2Client ? ec2 : new EC2Client(ec2);
  return {
    describeTypes: openTypes(client),
    launchTimes: (ids) => readLaunchTimes(client, ids),
  };
}

/** A filter instead of ids: one id that EC2 has forgotten must not fail the call. */
async function readLaunchTimes(
  client: EC2Client,
  ids: readonly InstanceId[],
): Promise<ReadonlyMap<InstanceId, Date>> {
  const times = new Map<InstanceId, Date>();
  for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
    const filter = { Name: 'instance-id', Values: ids.slice(at, at + IDS_AT_ONCE) };
    await askAws('ec2', 'DescribeInstances', async ({ abortSignal }) => {
      for await (const page of paginateDescribeInstances(
        { client },
        { Filters: [filter] },
        { abortSignal },
      )) {
        const instances = (page.Reservations ?? []).flatMap(({ Instances }) => Instances ?? []);
        for (const { InstanceId: id, LaunchTime } of instances) {
          const instanceId = asInstanceId(id ?? '');
          if (instanceId && LaunchTime) times.set(instanceId, LaunchTime);
        }
      }
    });
  }
  return times;
}

/** Asks for each type once in the life of the process. */
function openTypes(client: EC2Client) {
  const known = new Map<string, InstanceType>();
  return async (types: readonly string[]): Promise<ReadonlyMap<string, InstanceType>> => {
    const asked = [...new Set(types)].filter((type) => !known.has(type));
    for (let at = 0; at < asked.length; at += TYPES_AT_ONCE) {
      const filter = { Name: 'instance-type', Values: asked.slice(at, at + TYPES_AT_ONCE) };
      const command = new DescribeInstanceTypesCommand({ Filters: [filter] });
      const { InstanceTypes } = await askAws('ec2', 'DescribeInstanceTypes', (options) =>
        client.send(command, options),
      );
      for (const info of InstanceTypes ?? []) known.set(info.InstanceType ?? '', toType(info));
    }
    return known;
  };
}

function toType({ GpuInfo, NeuronInfo }: InstanceTypeInfo): InstanceType {
  const accelerators = GpuInfo?.Gpus ?? [];
  const gpus = accelerators.reduce((sum, { Count }) => sum + (Count ?? 0), 0);
  const gpuModel = accelerators[0]?.Name ?? NeuronInfo?.NeuronDevices?.[0]?.Name;
  return { gpus, ...(gpuModel && { gpuModel }) };
}
