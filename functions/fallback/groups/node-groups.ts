import { DescribeNodegroupCommand, type EKSClient, type Nodegroup } from '@aws-sdk/client-eks';
import { mapAtOnce } from '../../at-once.ts';
import type { Clock } from '../../clock.ts';
import { askAws } from './aws-call.ts';
import type { Group } from './port.ts';

/** What EKS knows of node groups; remembered, because EKS allows few calls and tags change rarely. */
export interface NodeGroups {
  /** By Auto Scaling group. */
  describe(groups: readonly Group[]): Promise<ReadonlyMap<string, NodeGroupFacts>>;
}

export type NodeGroupFacts = Pick<Group, 'buys' | 'instanceTypes' | 'tags'>;

const AT_ONCE = 5;
/** EKS throttles early: a new process reads an account with more node groups than this over some minutes. */
const MOST_ASKED = 150;
/** With up to half of it more by chance, so that a process does not ask for all again at once. */
const REMEMBERED_MS = 10 * 60_000;

export function openNodeGroups(client: EKSClient, clock: Clock, random: () => number): NodeGroups {
  const remembered = new Map<string, { readonly until: number; readonly value: NodeGroupFacts }>();
  const ask = async ({ name, tags, nodeGroup: nodegroupName }: Group) => {
    const clusterName = tags['eks:cluster-name'];
    if (!clusterName || !nodegroupName) return;
    const nodeGroup = await describe(client, clusterName, nodegroupName);
    const until = clock.now().getTime() + REMEMBERED_MS * (1 + random() / 2);
    remembered.set(name, { until, value: nodeGroup });
  };
  return {
    describe: async (groups) => {
      const now = clock.now().getTime();
      const due = groups.filter(({ name }) => (remembered.get(name)?.until ?? 0) <= now);
      await mapAtOnce(AT_ONCE, due.slice(0, MOST_ASKED), ask);
      return new Map([...remembered].map(([name, { value }]) => [name, value]));
    },
  };
}

async function describe(
  client: EKSClient,
  clusterName: string,
  nodegroupName: string,
): Promise<NodeGroupFacts> {
  const command = new DescribeNodegroupCommand({ clusterName, nodegroupName });
  const nodegroup = await askAws('eks', 'DescribeNodegroup', async (options) => {
    try {
      return (await client.send(command, options)).nodegroup;
    } catch (error) {
      // Deleted since Auto Scaling listed it.
      if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
      throw error;
    }
  });
  const buys = marketOf(nodegroup);
  const { instanceTypes = [], tags = {} } = nodegroup ?? {};
  return { tags, instanceTypes, ...(buys && { buys }) };
}

function marketOf(nodegroup: Nodegroup | undefined): Group['buys'] {
  switch (nodegroup?.capacityType) {
    case 'SPOT':
      return 'spot';
    case 'ON_DEMAND':
      return 'on-demand';
    default:
      return undefined;
  }
}
