import type { EC2Client, EC2ClientConfig } from '@aws-sdk/client-ec2';
import type { GroupsPort } from './port.ts';

type InstanceReads = Pick<GroupsPort, 'describeTypes' | 'launchTimes'>;

/** What EC2 is asked for. Its client, the heaviest there is, is loaded with the first question: without pools there is none. */
export function lazyInstances(ec2: EC2Client | EC2ClientConfig): InstanceReads {
  let reads: Promise<InstanceReads> | undefined;
  const load = () => {
    reads ??= import('./read-instances.ts').then(({ openInstances }) => openInstances(ec2));
    return reads;
  };
  return {
    describeTypes: async (types) => (types.length === 0 ? new Map() : (await load()).describeTypes(types)),
    launchTimes: async (ids) => (ids.length === 0 ? new Map() : (await load()).launchTimes(ids)),
  };
}
