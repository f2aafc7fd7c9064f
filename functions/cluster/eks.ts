import {
  DescribeClusterCommand,
  EKSClient,
  type EKSClientConfig,
  paginateListClusters,
} from '@aws-sdk/client-eks';
import { AwsCallError, ClusterError } from '../errors.ts';
import type { ClusterEndpoint } from './endpoint.ts';

/** What EKS itself says of clusters. Throws `AwsCallError`, or `ClusterError` for a cluster that is being made. */
export interface Eks {
  listClusters(): Promise<readonly string[]>;
  describeCluster(name: string): Promise<ClusterEndpoint>;
}

export function openEks(settings: EKSClientConfig & { readonly region: string }): Eks {
  return eksOver(new EKSClient(settings), settings.region);
}

export function eksOver(eks: EKSClient, region: string): Eks {
  return {
    listClusters: () =>
      explained('ListClusters', region, async () => {
        const names: string[] = [];
        for await (const { clusters } of paginateListClusters({ client: eks }, {}))
          names.push(...(clusters ?? []));
        return names;
      }),
    describeCluster: async (name) => {
      const { cluster } = await explained('DescribeCluster', region, () =>
        eks.send(new DescribeClusterCommand({ name })),
      );
      if (!cluster?.endpoint) throw beingMade(name, cluster?.status);
      const ca = cluster.certificateAuthority?.data;
      return { server: cluster.endpoint, ...(ca && { ca }) };
    },
  };
}

function beingMade(name: string, status = 'unknown'): ClusterError {
  return new ClusterError(
    'unreachable',
    `Cluster ${name} has no API endpoint (status ${status}); wait until it is ACTIVE.`,
  );
}

async function explained<T>(operation: string, region: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const code = error instanceof Error ? error.name : 'unknown';
    const problem = error instanceof Error ? error.message : String(error);
    const message = `eks:${operation} in ${region} failed: ${problem} ${remedyFor(code, operation, region)}`;
    throw new AwsCallError(operation, code, message, { cause: error });
  }
}

function remedyFor(code: string, operation: string, region: string): string {
  switch (code) {
    case 'ResourceNotFoundException':
      return `Check that the cluster still exists in ${region}.`;
    case 'AccessDeniedException':
      return `Allow eks:${operation} in the policy of the function's role.`;
    default:
      return 'Check that the EKS API can be reached.';
  }
}
