import { nodeName } from '../../controlplane/fleet/nodes.ts';
import { DAEMON_SETS, type PlannedNode } from '../../controlplane/fleet/plan.ts';
import type { Clock } from '../../functions/clock.ts';
import type { InstanceId } from '../../functions/signals/interruption.ts';
import { type SimulatedAccount, startSimulatedAccount } from '../../simulator/account/account.ts';
import type { SimulatedQueue } from '../../simulator/account/message-queue.ts';
import { type SimulatedCluster, startSimulatedCluster } from '../../simulator/cluster/cluster.ts';
import { startSimulatedTable } from '../../simulator/table/table.ts';
import { spareNode } from './fleet.ts';

export const region = 'us-east-2';
const zone = 'us-east-2a';
export const clusterName = 'demo';

/** What the responder uses of AWS, on this machine and spoken to over its real protocols. */
export interface AwsSide {
  readonly account: SimulatedAccount;
  readonly tableEndpoint: string;
  readonly tableName: string;
  /** What the responder leaves for later. */
  readonly queue: SimulatedQueue;
  readonly close: () => Promise<void>;
}

/** The same with a simulated cluster. */
export interface EmbeddedWorld extends AwsSide {
  readonly clock: Clock;
  readonly cluster: SimulatedCluster;
}

export async function startWorld(clock: Clock): Promise<EmbeddedWorld> {
  const [cluster, aws] = await Promise.all([startSimulatedCluster({ clock }), startAwsSide(clock)]);
  aws.account.addCluster({ name: clusterName, endpoint: cluster.url, ca: '' });
  return {
    ...aws,
    clock,
    cluster,
    close: async () => {
      await Promise.all([cluster.close(), aws.close()]);
    },
  };
}

export async function startAwsSide(clock: Clock): Promise<AwsSide> {
  await loadLazyClients();
  const [account, table] = await Promise.all([
    startSimulatedAccount({ clock, region }),
    startSimulatedTable(),
  ]);
  return {
    account,
    tableEndpoint: table.endpoint,
    tableName: table.tableName,
    queue: account.addQueue({ name: 'spot-responder-continuations' }),
    close: async () => {
      await Promise.all([account.close(), table.close()]);
    },
  };
}

/** What the responder loads on its first miss: on a fast clock, reading files would take a part of the notice. */
async function loadLazyClients(): Promise<void> {
  await Promise.all([import('@aws-sdk/client-ec2'), import('@aws-sdk/client-eks')]);
}

/** The node that `addPlannedNode` adds. Without an instance id it is a spare that no event names. */
export function addGpuNode(world: EmbeddedWorld, instanceId: InstanceId | undefined, number: number): string {
  return addPlannedNode(world, instanceId ? { number, instanceId } : spareNode(number));
}

/** A spot GPU instance of a managed node group and its node. Returns the node's name. */
export function addPlannedNode({ cluster, account }: EmbeddedWorld, node: PlannedNode): string {
  const { instanceId, number } = node;
  const name = nodeName(number);
  addInstance(account, node, clusterName);
  cluster.addNode({
    name,
    instanceId,
    zone,
    gpus: 4,
    labels: { 'eks.amazonaws.com/nodegroup': 'gpu-spot', 'node.kubernetes.io/instance-type': 'g5.12xlarge' },
    taints: [{ key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' }],
  });
  return name;
}

/** The instance of a node, tagged as EKS does. */
export function addInstance(
  account: SimulatedAccount,
  { instanceId, number, reservation }: PlannedNode,
  cluster: string,
): void {
  account.addInstance({
    instanceId,
    type: 'g5.12xlarge',
    zone,
    privateDnsName: nodeName(number),
    ...(reservation && { reservation }),
    tags: {
      'eks:cluster-name': cluster,
      'eks:nodegroup-name': 'gpu-spot',
      [`kubernetes.io/cluster/${cluster}`]: 'owned',
      'aws:autoscaling:groupName': 'eks-gpu-spot',
    },
  });
}

/** As every node of a real cluster has them. */
export function addDaemonSets({ cluster }: EmbeddedWorld, nodes: readonly string[], count: number): void {
  for (const name of DAEMON_SETS.slice(0, count)) {
    cluster.addWorkload({ kind: 'DaemonSet', namespace: 'kube-system', name, nodes, labels: { app: name } });
  }
}
