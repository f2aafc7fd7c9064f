import { nodeName } from '../../controlplane/fleet/nodes.ts';
import { systemClock } from '../../functions/clock.ts';
import { type SimulatedAccount, startSimulatedAccount } from '../../simulator/account/account.ts';
import { type SimulatedCluster, startSimulatedCluster } from '../../simulator/cluster/cluster.ts';
import { startSimulatedTable } from '../../simulator/table/table.ts';
import { CLUSTER, REGION } from './identities.ts';

/** As AWS documents it for one account and region: a bucket of calls, refilled each second. */
const EC2_READS = { capacity: 100, refillPerSecond: 20 };

/** More nodes than this machine's real control plane carries, in memory, and EC2 that throttles reads. */
export interface SimulatedWorld {
  readonly cluster: SimulatedCluster;
  readonly account: SimulatedAccount;
  /** Endpoints by service, in place of moto's. */
  readonly routes: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function startSimulatedWorld(): Promise<SimulatedWorld> {
  const [cluster, account, table] = await Promise.all([
    startSimulatedCluster({ clock: systemClock }),
    startSimulatedAccount({ clock: systemClock, region: REGION, ec2ReadQuota: EC2_READS }),
    startSimulatedTable(),
  ]);
  return {
    cluster,
    account,
    routes: { ec2: account.endpoint, autoscaling: account.endpoint, dynamodb: table.endpoint },
    close: async () => {
      await Promise.all([cluster.close(), account.close(), table.close()]);
    },
  };
}

/** A spot instance and its node with one pod on it; the n-th, counted from 1. Returns the node's name. */
export function addSpotNode(
  { account, cluster }: SimulatedWorld,
  number: number,
  instanceId: string,
): string {
  const name = nodeName(number);
  const zone = `${REGION}a`;
  account.addInstance({
    instanceId,
    type: 'g5.12xlarge',
    zone,
    privateDnsName: name,
    tags: { 'eks:cluster-name': CLUSTER, 'eks:nodegroup-name': 'gpu-spot' },
  });
  cluster.addNode({
    name,
    instanceId,
    zone,
    gpus: 4,
    labels: { 'eks.amazonaws.com/nodegroup': 'gpu-spot', 'node.kubernetes.io/instance-type': 'g5.12xlarge' },
  });
  cluster.addWorkload({ kind: 'Deployment', namespace: 'default', name: `llm-${number}`, nodes: [name] });
  return name;
}
