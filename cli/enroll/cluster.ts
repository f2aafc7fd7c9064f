import { type Cluster, DescribeClusterCommand, type EKSClient } from '@aws-sdk/client-eks';
import { systemClock } from '../../functions/clock.ts';
import { eksCredentials } from '../../functions/cluster/eks-credentials.ts';
import { readKubeconfig } from '../../functions/cluster/kubeconfig.ts';
import { type Connection, openConnection, type Target } from '../../functions/cluster/transport.ts';
import { AwsCallError, ConfigurationError } from '../../functions/errors.ts';
import { ask } from '../aws/ask.ts';
import type { WayIn } from '../way-in.ts';

/** A cluster that can be enrolled: it is there, and knows access entries. */
export interface EnrollableCluster {
  readonly name: string;
  readonly region: string;
  readonly server: string;
  /** PEM, base64-encoded. */
  readonly ca: string;
}

/** @throws ConfigurationError when it is not to be found or cannot have access entries; AwsCallError. */
export async function findCluster(
  client: EKSClient,
  name: string,
  region: string,
): Promise<EnrollableCluster> {
  const cluster = await describe(client, name, region);
  const { accessConfig, certificateAuthority, endpoint, status } = cluster;
  const mode = accessConfig?.authenticationMode;
  if (mode === 'CONFIG_MAP')
    throw new ConfigurationError(
      `Cluster ${name}: its authentication mode is CONFIG_MAP, which knows no access entries. Change it (what aws-auth holds stays valid; there is no way back): aws eks update-cluster-config --region ${region} --name ${name} --access-config authenticationMode=API_AND_CONFIG_MAP`,
    );
  if (!endpoint || !certificateAuthority?.data)
    throw new ConfigurationError(
      `Cluster ${name}: it has no API endpoint (status ${status}). Wait until it is ACTIVE: aws eks wait cluster-active --region ${region} --name ${name}`,
    );
  return { name, region, server: endpoint, ca: certificateAuthority.data };
}

async function describe(client: EKSClient, name: string, region: string): Promise<Cluster> {
  const question = { action: 'eks:DescribeCluster', on: `cluster ${name}`, region };
  try {
    const { cluster } = await ask(question, (options) =>
      client.send(new DescribeClusterCommand({ name }), options),
    );
    if (cluster) return cluster;
  } catch (error) {
    const isAbsent = error instanceof AwsCallError && error.code === 'ResourceNotFoundException';
    if (!isAbsent) throw error;
  }
  throw new ConfigurationError(
    `CLUSTER ${name}: EKS has no cluster of that name in ${region} of this account. See aws eks list-clusters --region ${region}, and name its Region with --region.`,
  );
}

/**
 * To the cluster as the person at the command line: by an EKS token of their AWS identity, or by a kubeconfig.
 *
 * @throws ConfigurationError for a kubeconfig that leads to another cluster.
 */
export async function connectAsOperator(
  client: EKSClient,
  cluster: EnrollableCluster,
  { context, kubeconfig }: WayIn,
): Promise<Connection> {
  if (kubeconfig === undefined) return openConnection(targetByToken(client, cluster));
  const choice = { path: kubeconfig, clusterName: cluster.name, ...(context && { context }) };
  const target = await readKubeconfig(choice);
  refuseAnotherCluster(target, cluster, kubeconfig);
  return openConnection(target);
}

function targetByToken(client: EKSClient, { ca, name, region, server }: EnrollableCluster): Target {
  const { credentials } = client.config;
  return {
    name,
    server,
    tls: { ca: Buffer.from(ca, 'base64') },
    credentials: eksCredentials(name, { region, clock: systemClock, credentials }),
  };
}

/** A way around (a tunnel, a proxy) has another address; a cluster's own certificate authority stays. */
function refuseAnotherCluster(target: Target, cluster: EnrollableCluster, kubeconfig: string): void {
  const ca = target.tls?.ca?.toString().trim();
  const isSameServer = new URL(target.server).host === new URL(cluster.server).host;
  if (isSameServer || ca === undefined || ca === Buffer.from(cluster.ca, 'base64').toString().trim()) return;
  throw new ConfigurationError(
    `--kubeconfig ${kubeconfig}: it leads to ${target.server}, which is not cluster ${cluster.name} (${cluster.server}): neither the address nor the certificate authority is the same. Give --context with that cluster's, or run aws eks update-kubeconfig --region ${cluster.region} --name ${cluster.name}`,
  );
}
