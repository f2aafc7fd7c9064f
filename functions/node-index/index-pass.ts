import type { LocatedInstance } from '../locate/located.ts';
import type { InstanceId } from '../signals/interruption.ts';
import { MOST_READ } from '../table/read-rows.ts';
import { decideWrites, isDue, stored } from './changes.ts';
import { completeOwners } from './complete-owners.ts';
import type { IndexPassDeps } from './deps.ts';
import { type IndexTable, readClusters, readNodes, writeRows } from './index-table.ts';
import { openReader } from './read-clusters.ts';
import { clusterRow, type NamedEndpoint, nodeRow, type Stored } from './row.ts';

export interface IndexPassReport {
  readonly clusters: number;
  /** Clusters that could not be entered or listed to the end. */
  readonly unread: readonly string[];
  readonly nodes: number;
  /** Rows written, of nodes and of clusters. */
  readonly written: number;
}

/**
 * Prepares a pass over all clusters that brings the index up to date; call what it returns once a minute. What
 * the index holds is remembered between passes of one process, so a quiet minute costs lists and no write.
 *
 * A pass throws `AwsCallError` when the clusters cannot be listed or the table cannot be used.
 */
export function openIndexPass(deps: IndexPassDeps): () => Promise<IndexPassReport> {
  const { table } = deps;
  const reader = openReader(deps);
  let nodes: ReadonlyMap<InstanceId, Stored<LocatedInstance>> = new Map();
  let clusters: ReadonlyMap<string, Stored<NamedEndpoint>> | undefined;
  return async () => {
    const names = await deps.listClusters();
    const found = await reader(names);
    const unread = new Set(names.filter((name) => !found.complete.has(name)));
    nodes = await recall(table, nodes, found.nodes);
    const complete = await completeOwners(deps, found.nodes, nodes);
    const byCluster = Map.groupBy(complete, ({ clusterName }) => clusterName);
    await deps.onListed?.(new Map([...found.complete].map((name) => [name, byCluster.get(name) ?? []])));
    clusters ??= new Map((await readClusters(table)).map((each) => [each.value.clusterName, each]));
    const now = table.clock.now();
    const newNodes = decideWrites({ nodes: complete, known: nodes, unread }, now);
    const newClusters = dueClusters(found.endpoints, clusters, now);
    await writeRows(table, [
      ...newClusters.map((each) => clusterRow(each, table.scope)),
      ...newNodes.map(nodeRow),
    ]);
    nodes = new Map([...nodes, ...newNodes.map((node) => [node.value.instanceId, node] as const)]);
    clusters = new Map([...clusters, ...newClusters.map((each) => [each.value.clusterName, each] as const)]);
    const written = newNodes.length + newClusters.length;
    return { clusters: names.length, unread: [...unread], nodes: complete.length, written };
  };
}

/** What the index holds of the listed nodes: remembered, or read for those this process has not met. */
async function recall(
  table: IndexTable,
  remembered: ReadonlyMap<InstanceId, Stored<LocatedInstance>>,
  listed: readonly LocatedInstance[],
): Promise<ReadonlyMap<InstanceId, Stored<LocatedInstance>>> {
  const ids = [...new Set(listed.map(({ instanceId }) => instanceId))];
  const known = new Map<InstanceId, Stored<LocatedInstance>>();
  const strangers: InstanceId[] = [];
  for (const id of ids) {
    const entry = remembered.get(id);
    if (entry) known.set(id, entry);
    else strangers.push(id);
  }
  for (let at = 0; at < strangers.length; at += MOST_READ) {
    const read = await readNodes(table, strangers.slice(at, at + MOST_READ));
    for (const [id, entry] of read) known.set(id, entry);
  }
  return known;
}

function dueClusters(
  endpoints: readonly NamedEndpoint[],
  known: ReadonlyMap<string, Stored<NamedEndpoint>>,
  now: Date,
): Stored<NamedEndpoint>[] {
  return endpoints.flatMap((each) =>
    isDue(known.get(each.clusterName), each, now) ? [stored(each, now)] : [],
  );
}
