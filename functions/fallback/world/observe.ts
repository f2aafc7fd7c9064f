import { mapAtOnce } from '../../at-once.ts';
import type { Clock } from '../../clock.ts';
import type { InstanceId } from '../../signals/interruption.ts';
import { definePools } from '../define/define-pools.ts';
import type { BrokenPool, PoolDefinition } from '../define/pool-definition.ts';
import type { Group, GroupsPort, LaunchActivity } from '../groups/port.ts';
import { type ClusterReads, type ClusterView, type Needs, viewCluster } from './cluster-view.ts';
import { countPool } from './count-pool.ts';
import { karpenterNodes } from './karpenter-side.ts';
import { isReady } from './members.ts';
import { readScales } from './placeholders.ts';
import type { PlaceholderScale, PoolReading } from './pool-world.ts';
import { templateOf } from './template.ts';
import { sortWaitingPods } from './waiting-pods.ts';

export interface ObserveDeps {
  readonly groups: GroupsPort;
  /** Each cluster by name; throws `ClusterError`, `AwsCallError`. */
  readonly connect: (cluster: string) => Promise<ClusterReads>;
  readonly clock: Clock;
  readonly region: string;
}

/** Which pools a run is about. */
export type Concerns = (pool: PoolDefinition) => boolean;

export interface Observation {
  readonly pools: readonly PoolReading[];
  readonly broken: readonly BrokenPool[];
  /** Pools whose cluster could not be read: nothing is decided for them. */
  readonly unread: readonly { readonly definition: PoolDefinition; readonly reason: string }[];
}

/** Older launches and failures say nothing about now. */
const LAUNCHES_SINCE_MS = 60 * 60_000;
const CLUSTERS_AT_ONCE = 6;
/** No cluster may use up the minute of the others. */
const LONGEST_READ_MS = 20_000;

/**
 * Reads the world of all pools: groups, launches and clusters in as few calls as there are pages. Throws `AwsCallError`
 * when AWS cannot be asked; a cluster that cannot be read costs its own pools only.
 */
export async function observe(deps: ObserveDeps, concerns: Concerns = () => true): Promise<Observation> {
  const { clock, groups } = deps;
  const listed = await groups.listGroups();
  const types = await groups.describeTypes(listed.flatMap(({ instanceTypes }) => instanceTypes));
  const { pools: all, broken } = definePools(listed, types);
  const pools = all.filter(concerns);
  if (pools.length === 0) return { pools: [], broken, unread: [] };
  const launchesRead = groups.listLaunches(new Date(clock.now().getTime() - LAUNCHES_SINCE_MS));
  const byCluster = [...Map.groupBy(all, ({ cluster }) => cluster)].filter(([, each]) => each.some(concerns));
  const [launches, views] = await Promise.all([
    launchesRead,
    mapAtOnce(CLUSTERS_AT_ONCE, byCluster, ([name, ofCluster]) => readCluster(deps, name, ofCluster)),
  ]);
  const read = views.filter((each) => each.type === 'read');
  const launchTimes = await groups.launchTimes(
    read.flatMap(({ pools, view }) => unknownMembers(pools, view)),
  );
  return {
    broken,
    unread: views
      .filter((each) => each.type === 'unread')
      .flatMap(({ pools, reason }) => pools.filter(concerns).map((definition) => ({ definition, reason }))),
    pools: read.flatMap((each) => countCluster(deps, each, concerns, launches, launchTimes)),
  };
}

type ClusterRead =
  | {
      readonly type: 'read';
      readonly pools: readonly PoolDefinition[];
      readonly view: ClusterView;
      readonly scales: ReadonlyMap<string, PlaceholderScale>;
    }
  | { readonly type: 'unread'; readonly pools: readonly PoolDefinition[]; readonly reason: string };

async function readCluster(
  { clock, connect }: ObserveDeps,
  name: string,
  pools: readonly PoolDefinition[],
): Promise<ClusterRead> {
  const done = new AbortController();
  const tooLong = new AbortController();
  clock.sleep(LONGEST_READ_MS, done.signal).then(
    () => tooLong.abort(new Error(`cluster ${name} was not read within ${LONGEST_READ_MS / 1000} s`)),
    () => undefined,
  );
  try {
    const cluster = await connect(name);
    const [view, scales] = await Promise.all([
      viewCluster(cluster, needsOf(pools), tooLong.signal),
      readScales(cluster, pools, tooLong.signal),
    ]);
    return { type: 'read', pools, view, scales };
  } catch (error) {
    return { type: 'unread', pools, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    done.abort();
  }
}

function needsOf(pools: readonly PoolDefinition[]): Needs {
  return {
    karpenter: pools.some(({ spot }) => spot.length === 0),
    pods: (found) => needsPods(pools, found),
  };
}

/** Pods matter while the fallback has nodes, and while pods wait for what a pool could give. */
function needsPods(pools: readonly PoolDefinition[], view: ClusterView): boolean {
  const hasFallback = pools.some(({ fallbacks }) => fallbacks.some(({ group }) => group.members.length > 0));
  return hasFallback || sortWaiting(pools, view).size > 0;
}

function sortWaiting(pools: readonly PoolDefinition[], view: ClusterView) {
  const claimants = pools.map((pool) => ({
    key: pool.key,
    name: pool.name,
    countsGpus: pool.countsGpus,
    templates: groupsOf(pool).flatMap(({ members }) => {
      const node = members.flatMap(({ instanceId }) => view.nodes.get(instanceId) ?? [])[0];
      return node ? [templateOf(node)] : [];
    }),
  }));
  return sortWaitingPods(view.waiting, claimants);
}

function countCluster(
  { clock, region }: ObserveDeps,
  { pools, scales, view }: Extract<ClusterRead, { type: 'read' }>,
  concerns: Concerns,
  launches: readonly LaunchActivity[],
  launchTimes: ReadonlyMap<InstanceId, Date>,
): PoolReading[] {
  const sorted = sortWaiting(pools, view);
  const now = clock.now();
  return pools.filter(concerns).map((definition) => {
    const scale = scales.get(definition.key);
    return countPool({
      definition,
      view,
      waiting: sorted.get(definition.key) ?? [],
      launches,
      launchTimes,
      region,
      now,
      ...(scale && { scale }),
    });
  });
}

/** Whose launch time matters: what is not up yet, and all of the fallback. */
function unknownMembers(pools: readonly PoolDefinition[], view: ClusterView): InstanceId[] {
  return pools.flatMap((pool) => [
    ...pool.spot
      .flatMap(({ group }) => group.members.map(({ instanceId }) => instanceId))
      .concat(karpenterNodes(pool, view).map(([instanceId]) => instanceId))
      .filter((instanceId) => !isReady(view.nodes.get(instanceId), pool.countsGpus)),
    ...pool.fallbacks.flatMap(({ group }) => group.members.map(({ instanceId }) => instanceId)),
  ]);
}

function groupsOf({ fallbacks, spot }: PoolDefinition): readonly Group[] {
  return [...spot, ...fallbacks].map(({ group }) => group);
}
