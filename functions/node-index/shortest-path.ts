import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { eksConnector } from '../cluster/connection.ts';
import { eksLookUp } from '../cluster/eks-connection.ts';
import type { AwsCredentials } from '../cluster/eks-token.ts';
import type { ClusterPort } from '../cluster/port.ts';
import { lazyEc2Locator } from '../locate/lazy-ec2-locator.ts';
import type { Locator } from '../locate/located.ts';
import type { Log } from '../log.ts';
import type { TableAccess } from '../table/call.ts';
import { openIndexTable } from './index-table.ts';
import { indexedLocator } from './indexed-locator.ts';
import { openNodeIndex } from './node-index.ts';

export interface ShortestPathOptions extends TableAccess {
  /** Its credentials also sign the clusters' tokens. */
  readonly client: DynamoDBClient;
  readonly region: string;
  readonly log: Log;
  /** For the clients of EC2 and EKS, which are made on a miss only. Default: the environment's. */
  readonly aws?: { readonly endpoint: string; readonly credentials: AwsCredentials };
}

/** From an instance to its node and from a cluster to its API server: by the index, else by EC2 and EKS. */
export function openShortestPath({ aws, region, log, ...table }: ShortestPathOptions): {
  readonly locator: Locator;
  readonly connect: (clusterName: string) => Promise<ClusterPort>;
} {
  const { client, clock, random } = table;
  const settings = { region, ...aws };
  const index = openNodeIndex(openIndexTable(table), log);
  return {
    locator: indexedLocator({ index, ec2: lazyEc2Locator(settings, { clock, random }), clock, random }),
    connect: eksConnector({
      region,
      clock,
      random,
      credentials: client.config.credentials,
      known: index.findCluster,
      lookUp: eksLookUp(settings),
    }),
  };
}
