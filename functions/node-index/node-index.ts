import DataLoader from 'dataloader';
import type { ClusterEndpoint } from '../cluster/endpoint.ts';
import type { LocatedInstance } from '../locate/located.ts';
import type { Log } from '../log.ts';
import type { InstanceId } from '../signals/interruption.ts';
import { MOST_READ } from '../table/read-rows.ts';
import { type IndexTable, readClusters, readNodes } from './index-table.ts';

/**
 * What the minute pass wrote down of nodes and clusters, so that an interruption needs no answer of EC2 or EKS before
 * its cordon. Hints: whoever acts on them verifies them by acting. A table that does not answer is
 * logged; the incident's claim, which goes to the same table, decides whether that stops anybody.
 */
export interface NodeIndex {
  /** Look-ups of one turn share one read. */
  find(instanceId: InstanceId): Promise<Found>;
  findCluster(clusterName: string): Promise<ClusterEndpoint | undefined>;
}

/** `undefined`: not indexed, or not lately. `unread`: the table did not answer. */
export type Found = LocatedInstance | undefined | 'unread';

/** How long the clusters' endpoints are kept without reading them again. */
const KEPT_MS = 5 * 60_000;

export function openNodeIndex(table: IndexTable, log: Log): NodeIndex {
  const { clock } = table;
  const nodes = new DataLoader<InstanceId, Found>((ids) => findAll(table, log, ids), {
    cache: false,
    maxBatchSize: MOST_READ,
  });
  let clusters:
    | { readonly found: Promise<ReadonlyMap<string, ClusterEndpoint>>; readonly at: Date }
    | undefined;
  const endpoints = () => {
    if (!clusters || clock.now().getTime() - clusters.at.getTime() > KEPT_MS)
      clusters = { found: findEndpoints(table, log), at: clock.now() };
    return clusters.found;
  };
  return {
    find: (instanceId) => {
      // The connection will ask for its endpoint next: read beside the node, not after it.
      void endpoints();
      return nodes.load(instanceId);
    },
    findCluster: async (clusterName) => (await endpoints()).get(clusterName),
  };
}

async function findAll(table: IndexTable, log: Log, ids: readonly InstanceId[]): Promise<Found[]> {
  try {
    const found = await readNodes(table, [...new Set(ids)]);
    const now = table.clock.now();
    return ids.map((id) => {
      const stored = found.get(id);
      // DynamoDB may keep expired rows for days.
      return stored && stored.expiresAt > now ? stored.value : undefined;
    });
  } catch (error) {
    log.warn('Node index not read, asking on', { instances: ids.length, error: String(error) });
    return ids.map(() => 'unread');
  }
}

async function findEndpoints(table: IndexTable, log: Log): Promise<ReadonlyMap<string, ClusterEndpoint>> {
  try {
    const now = table.clock.now();
    const clusters = await readClusters(table);
    return new Map(
      clusters
        .filter(({ expiresAt }) => expiresAt > now)
        .map(({ value }) => [value.clusterName, value.endpoint]),
    );
  } catch (error) {
    log.warn('Cluster index not read, asking EKS', { error: String(error) });
    return new Map();
  }
}
