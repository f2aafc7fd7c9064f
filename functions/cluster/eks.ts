import { DescribeClusterCommand, type EKSClient } from '@aws-sdk/client-eks';
import { type Clock, secondsBetween } from '../clock.ts';
import { AwsCallError, ClusterError } from '../errors.ts';
import { type AwsCredentials, signEksToken } from './eks-token.ts';
import type { Credentials, Target } from './transport.ts';

export interface EksOptions {
  readonly eks: Pick<EKSClient, 'send'>;
  readonly region: string;
  readonly clock: Clock;
  readonly credentials: () => Promise<AwsCredentials>;
}

/** Looks up the endpoint and the CA of a cluster. Throws `AwsCallError`, or `ClusterError` while it is being made. */
export async function findEksCluster(clusterName: string, options: EksOptions): Promise<Target> {
  const { cluster } = await describe(clusterName, options);
  if (!cluster?.endpoint) {
    throw new ClusterError(
      'unreachable',
      `Cluster ${clusterName} has no API endpoint (status ${cluster?.status ?? 'unknown'}); wait until it is ACTIVE.`,
    );
  }
  const ca = cluster.certificateAuthority?.data;
  return {
    name: clusterName,
    server: cluster.endpoint,
    credentials: eksCredentials(clusterName, options),
    ...(ca && { tls: { ca: Buffer.from(ca, 'base64') } }),
  };
}

async function describe(name: string, { eks, region }: EksOptions) {
  try {
    return await eks.send(new DescribeClusterCommand({ name }));
  } catch (error) {
    const code = error instanceof Error ? error.name : 'unknown';
    const remedy =
      code === 'ResourceNotFoundException'
        ? `Check that the cluster still exists in ${region}.`
        : code === 'AccessDeniedException'
          ? 'Allow the role eks:DescribeCluster on this cluster.'
          : 'Check that the EKS API can be reached.';
    const problem = error instanceof Error ? error.message : String(error);
    throw new AwsCallError(
      'DescribeCluster',
      code,
      `DescribeCluster of ${name} in ${region} failed: ${problem} ${remedy}`,
      { cause: error },
    );
  }
}

/** EKS takes a token for 15 minutes; a kept one spares the API server a look-up at STS. */
const KEEP_SECONDS = 10 * 60;

function eksCredentials(clusterName: string, { region, credentials, clock }: EksOptions): Credentials {
  let kept: { readonly token: Promise<string>; readonly signedAt: Date } | undefined;
  const drop = () => {
    kept = undefined;
  };
  return {
    drop,
    headers: async () => {
      if (!kept || secondsBetween(kept.signedAt, clock.now()) >= KEEP_SECONDS) {
        kept = { token: signEksToken({ clusterName, region, credentials, clock }), signedAt: clock.now() };
      }
      try {
        return { authorization: `Bearer ${await kept.token}` };
      } catch (error) {
        drop();
        const code = error instanceof Error ? error.name : 'unknown';
        throw new ClusterError(
          'unauthorized',
          `Cluster ${clusterName}: no AWS credentials to sign a token with (${code}). Check the role or profile in use.`,
        );
      }
    },
  };
}
