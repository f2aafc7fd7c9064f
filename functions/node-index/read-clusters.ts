import type { ClusterPort } from '../cluster/port.ts';
import { ClusterError, messageOf } from '../errors.ts';
import type { LocatedInstance } from '../locate/located.ts';
import { locatedFromNode } from '../locate/located-node.ts';
import type { IndexPassDeps } from './deps.ts';
import type { NamedEndpoint } from './row.ts';

/** What the clusters' own API servers and EKS say. */
interface ClustersRead {
  readonly nodes: LocatedInstance[];
  readonly endpoints: NamedEndpoint[];
  /** Clusters whose nodes were listed to the end. */
  readonly complete: Set<string>;
}

/** Lists of nodes are the largest answers there are: 500 nodes are some 5 MB. */
const AT_ONCE = 4;
/** No cluster may use up the minute of the others. */
const LONGEST_LIST_MS = 20_000;
/** Of the function's minute; the rest is for writing what was read. Who was not reached is read by a later pass, since those that do not answer are left alone then. */
const LONGEST_READ_MS = 35_000;
/** A cluster that could not be entered is left alone for a minute, then two, four … ten. */
const LONGEST_PAUSE_MS = 10 * 60_000;

interface Refusal {
  readonly times: number;
  readonly until: Date;
}

/** Reads clusters, one after the other's failure or not. One that cannot be entered is told once, and tried later. */
export function openReader(deps: IndexPassDeps): (names: readonly string[]) => Promise<ClustersRead> {
  const { log, table } = deps;
  const refusals = new Map<string, Refusal>();
  const read = async (name: string, found: ClustersRead, until: Date) => {
    const refusal = refusals.get(name);
    if (refusal && table.clock.now() < refusal.until) return;
    try {
      await readCluster(deps, name, found, until);
      if (refusals.delete(name)) log.info('Cluster indexed again', { cluster: name });
    } catch (error) {
      const times = (refusal?.times ?? 0) + 1;
      const pause = Math.min(LONGEST_PAUSE_MS, 30_000 * 2 ** times);
      refusals.set(name, { times, until: new Date(table.clock.now().getTime() + pause) });
      if (times === 1) log.warn('Cluster not indexed', { cluster: name, reason: messageOf(error) });
    }
  };
  return async (names) => {
    const found: ClustersRead = { nodes: [], endpoints: [], complete: new Set() };
    const until = new Date(table.clock.now().getTime() + LONGEST_READ_MS);
    const waiting = [...names];
    const work = async () => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        if (table.clock.now() >= until) return;
        await read(name, found, until);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return found;
  };
}

async function readCluster(
  deps: IndexPassDeps,
  clusterName: string,
  found: ClustersRead,
  until: Date,
): Promise<void> {
  const endpoint = await deps.describeCluster(clusterName);
  const cluster = await deps.connect(clusterName);
  // Only a cluster that lets us in is worth an endpoint in the index; its nodes are, page by page.
  const mostMs = Math.min(LONGEST_LIST_MS, until.getTime() - deps.table.clock.now().getTime());
  await withinTime(deps, clusterName, mostMs, (signal) =>
    listNodes(deps, cluster, clusterName, found, signal),
  );
  found.endpoints.push({ clusterName, endpoint });
  found.complete.add(clusterName);
}

async function listNodes(
  { region }: IndexPassDeps,
  cluster: Pick<ClusterPort, 'listNodes'>,
  clusterName: string,
  { nodes }: ClustersRead,
  signal: AbortSignal,
): Promise<void> {
  for await (const node of cluster.listNodes(signal)) {
    const located = locatedFromNode(node, clusterName, region);
    if (located) nodes.push(located);
  }
}

async function withinTime(
  { table: { clock } }: IndexPassDeps,
  cluster: string,
  mostMs: number,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const tooLong = new AbortController();
  const done = new AbortController();
  const problem = `Cluster ${cluster}: its nodes were not listed within ${Math.ceil(mostMs / 1000)} s`;
  clock.sleep(Math.max(0, mostMs), done.signal).then(
    () => tooLong.abort(new ClusterError('unreachable', `${problem}; look at the load of its API server.`)),
    () => undefined,
  );
  await work(tooLong.signal).finally(() => done.abort());
}
