import type { ClusterEndpoint } from '../cluster/endpoint.ts';
import type { ClusterPort } from '../cluster/port.ts';
import type { LocatedInstance, Locator } from '../locate/located.ts';
import type { Log } from '../log.ts';
import type { IndexTable } from './index-table.ts';

/** All that a pass over the clusters needs of the world. */
export interface IndexPassDeps {
  readonly table: IndexTable;
  readonly region: string;
  /** Every cluster of the account and Region. */
  readonly listClusters: () => Promise<readonly string[]>;
  readonly describeCluster: (name: string) => Promise<ClusterEndpoint>;
  readonly connect: (name: string) => Promise<Pick<ClusterPort, 'listNodes'>>;
  readonly ec2: Pick<Locator, 'locate'>;
  /** Told of the clusters that were listed to the end, with all their nodes. Must not throw. */
  readonly onListed?: (clusters: ReadonlyMap<string, readonly LocatedInstance[]>) => Promise<void>;
  readonly log: Log;
}
