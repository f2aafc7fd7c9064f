import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { systemClock } from '../../functions/clock.ts';
import { readerFromEks } from '../../functions/cluster/connection.ts';
import { eksLookUp } from '../../functions/cluster/eks-connection.ts';
import { readerFromKubeconfig } from '../../functions/cluster/kubeconfig-connection.ts';
import type { ObjectReader } from '../../functions/cluster/reader.ts';
import { ConfigurationError } from '../../functions/errors.ts';

export interface ReaderChoice {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cluster?: string;
  readonly region?: string;
}

/** By kubeconfig, or by the name of an EKS cluster and the AWS credentials at hand. */
export async function openReader({
  cluster,
  context,
  kubeconfig,
  region,
}: ReaderChoice): Promise<ObjectReader> {
  const clock = systemClock;
  if (cluster === undefined || kubeconfig !== undefined) {
    return readerFromKubeconfig({
      clock,
      ...(kubeconfig !== undefined && { path: kubeconfig }),
      ...(context !== undefined && { context }),
      ...(cluster !== undefined && { clusterName: cluster }),
    });
  }
  if (!region)
    throw new ConfigurationError(
      `--region is missing: name the Region of cluster ${cluster}, or set AWS_REGION.`,
    );
  // The cheapest client that finds credentials as every AWS program does.
  const { credentials } = new DynamoDBClient({ region }).config;
  return readerFromEks(cluster, { region, clock, credentials, lookUp: eksLookUp({ region }) });
}
