import { nodeName } from '../../../controlplane/fleet/nodes.ts';
import { asInstanceId, type InstanceId } from '../../../functions/signals/interruption.ts';
import { type PoolGroup, poolGroup } from '../../../simulator/account/pool-groups.ts';
import { addDaemonSets, clusterName, type EmbeddedWorld } from '../world.ts';

/** The pool of the scenario: two spot nodes of four GPUs, each with a pod that needs them all, and an on-demand group. */
const POOL = 'a10g';
const SPOT = 'gpu-spot';
export const ON_DEMAND = 'gpu-on-demand';
export const WANTED_GPUS = 8;
const GPUS = 4;
const BOOT_MINUTES = 3;
const HOLD_MINUTES = 8;
const ZONE = 'us-east-2a';
const NO_CAPACITY =
  'Could not launch Spot Instances. InsufficientInstanceCapacity - There is no Spot capacity available that matches your request. Launching EC2 instance failed.';

export interface Market {
  /** No spot instance can be launched any more, or again. */
  runOut(): void;
  comeBack(): void;
  /** What a minute brings: Auto Scaling tries again, and what has booted joins. Returns the names of new nodes. */
  minute(): readonly string[];
  /** The instance is gone, and its node. */
  end(instanceId: InstanceId): void;
  spot(): readonly InstanceId[];
  onDemand(): number;
  /** On nodes that take pods. */
  readyGpus(): number;
  waitingPods(): number;
}

/** Fills the world with the pool, all of it running. */
export function openMarket(world: EmbeddedWorld): Market {
  const { account, clock, cluster } = world;
  const booting: { readonly at: number; readonly join: () => string }[] = [];
  const names = new Map<string, string>();
  let isSeeding = true;
  account.onLaunch(({ instanceId }, group) => {
    const name = nodeName(names.size + 1);
    names.set(instanceId, name);
    const join = () => {
      addNode(world, name, instanceId, group);
      return `${name.split('.')[0]} of ${group}`;
    };
    if (isSeeding) join();
    else booting.push({ at: clock.now().getTime() + BOOT_MINUTES * 60_000, join });
  });
  account.onTermination((instanceId) => cluster.removeNode(names.get(instanceId) ?? ''));
  addGroups(world);
  account.retryLaunches();
  isSeeding = false;
  addPods(world, [...names.values()]);
  return {
    runOut: () => account.changeAutoScalingGroup(SPOT, { denial: NO_CAPACITY }),
    comeBack: () => account.changeAutoScalingGroup(SPOT, { denial: undefined }),
    minute: () => {
      account.retryLaunches();
      const due = booting.filter(({ at }) => at <= clock.now().getTime());
      for (const each of due) booting.splice(booting.indexOf(each), 1);
      return due.map(({ join }) => join());
    },
    end: (instanceId) => {
      account.setInstanceState(instanceId, 'terminated');
      cluster.removeNode(names.get(instanceId) ?? '');
    },
    spot: () => account.instancesOf(SPOT).flatMap(({ instanceId }) => asInstanceId(instanceId) ?? []),
    onDemand: () => account.instancesOf(ON_DEMAND).length,
    readyGpus: () => cluster.nodes().filter(({ spec }) => !spec.unschedulable).length * GPUS,
    waitingPods: () => cluster.pods().filter(({ spec }) => !spec.nodeName).length,
  };
}

function addGroups({ account }: EmbeddedWorld): void {
  const says = { 'hold-minutes': `${HOLD_MINUTES}`, 'boot-minutes': `${BOOT_MINUTES}` };
  const group = (name: string, part: Pick<PoolGroup, 'role' | 'says'>) => {
    const made = poolGroup({ name, cluster: clusterName, pool: POOL, ...part });
    account.addAutoScalingGroup({ ...made, tags: { ...made.tags, 'eks:nodegroup-name': name } });
  };
  group(SPOT, { role: 'spot', says });
  group(ON_DEMAND, { role: 'fallback', says: { ...says, 'dollars-per-node-hour': '5.67' } });
}

function addNode({ cluster }: EmbeddedWorld, name: string, instanceId: string, group: string): void {
  cluster.addNode({
    name,
    instanceId,
    zone: ZONE,
    gpus: GPUS,
    instanceType: 'g5.12xlarge',
    labels: { 'eks.amazonaws.com/nodegroup': group, 'spot-responder/pool': POOL },
    taints: [{ key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' }],
  });
}

function addPods(world: EmbeddedWorld, nodes: readonly string[]): void {
  const name = 'llm';
  const namespace = 'inference';
  addDaemonSets(world, nodes, 2);
  world.cluster.addBudget({ namespace, name, maxUnavailable: 1, selector: { matchLabels: { app: name } } });
  world.cluster.addWorkload({
    kind: 'Deployment',
    namespace,
    name,
    nodes,
    gpus: GPUS,
    graceSeconds: 30,
    stopsAfterSeconds: 5,
    labels: { app: name },
    tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists' }],
  });
}
