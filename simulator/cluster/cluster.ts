import type { Clock } from '../../functions/clock.ts';
import { createFaultInjector, type FaultPlan, type FaultRule, type RequestRecord } from './faults.ts';
import { asRunning, runKubelet } from './kubelet.ts';
import { runNodeController } from './node-controller.ts';
import {
  type BudgetObject,
  formatTime,
  type NodeObject,
  type PodObject,
  type StoredObject,
} from './objects.ts';
import { createRoutes } from './routes.ts';
import { runScheduler } from './schedule.ts';
import {
  addBarePod,
  addBudget,
  addMirrorPod,
  addNode,
  addWaitingPod,
  type BudgetOptions,
  chargeBudget,
  type NodeOptions,
  removeNode,
  type SinglePodOptions,
  unready,
  type WaitingPodOptions,
} from './seed.ts';
import { type ApiServer, startApiServer } from './server.ts';
import { runTraining, type TrainingOptions } from './training.ts';
import { runWorkloads, type WorkloadOptions } from './workloads.ts';
import { type AcceptedEviction, createWorld, type World } from './world.ts';

export interface SimulatedClusterOptions {
  /** Drives graces, pod starts, watch timeouts and slow answers. */
  readonly clock: Clock;
  readonly faults?: FaultPlan;
  /** Bearer token every request must carry. @default none is asked for */
  readonly token?: string;
}

/** A cluster in memory: seeded and inspected by these methods, spoken to over HTTP at `url`. */
export interface SimulatedCluster {
  readonly url: string;
  addNode(options: NodeOptions): NodeObject;
  /** As another client would write it. */
  changeNode(name: string, change: (node: NodeObject) => NodeObject): void;
  /** Removes the Node and its pods, as when the instance is gone. */
  removeNode(name: string): void;
  /** Returns the pods, running and ready. */
  addWorkload(options: WorkloadOptions): readonly PodObject[];
  /** A Job whose ranks, one a node, answer requests to save. */
  addTrainingJob(options: TrainingOptions): readonly PodObject[];
  addBarePod(options: SinglePodOptions): PodObject;
  /** A pod that no node may take yet. */
  addWaitingPod(options: WaitingPodOptions): PodObject;
  addMirrorPod(options: SinglePodOptions): PodObject;
  /** As when its owner deletes all that is in it. */
  removePods(namespace: string): void;
  addBudget(options: BudgetOptions): BudgetObject;
  /** As an eviction leaves it that ends between charging the budget and deleting the pod. */
  chargeBudget(namespace: string, budgetName: string, podName: string): void;
  /** Passes or fails a running pod's readiness probe. */
  setReady(namespace: string, name: string, ready: boolean): void;
  /** Writes annotations as a job or its operator would; merges into what is there. */
  annotatePod(namespace: string, name: string, annotations: Readonly<Record<string, string>>): void;
  nodes(): readonly NodeObject[];
  pods(): readonly PodObject[];
  /** Events that clients posted. */
  events(): readonly StoredObject[];
  readonly requests: readonly RequestRecord[];
  readonly evictions: readonly AcceptedEviction[];
  /** TCP connections opened so far. */
  readonly connections: number;
  inject(rule: FaultRule): void;
  /** As when a user deletes it: nothing can be created in it any more. */
  terminateNamespace(name: string): void;
  /** Forgets all history: watches from older versions get 410 Expired. */
  compact(): void;
  /** Breaks every open watch's connection. */
  dropWatches(): void;
  close(): Promise<void>;
}

export async function startSimulatedCluster(options: SimulatedClusterOptions): Promise<SimulatedCluster> {
  const closing = new AbortController();
  const world = createWorld(options.clock, closing.signal);
  const faults = createFaultInjector(options.faults ?? []);
  const workloads = runWorkloads(world);
  runKubelet(world);
  runScheduler(world);
  runNodeController(world);
  const server = await startApiServer({ world, route: createRoutes(world), faults, token: options.token });
  return {
    ...seeding(world),
    ...inspection(world, server),
    get connections() {
      return server.connections();
    },
    url: server.url,
    addWorkload: workloads.add,
    addTrainingJob(job: TrainingOptions) {
      const pods = workloads.add({ ...job, kind: 'Job' });
      runTraining(world, pods, job);
      return pods;
    },
    inject: faults.inject,
    dropWatches: server.dropWatches,
    close() {
      closing.abort();
      return server.close();
    },
  };
}

function seeding(world: World) {
  return {
    addNode: (node: NodeOptions) => addNode(world, node),
    changeNode: (name: string, change: (node: NodeObject) => NodeObject) => {
      const node = world.nodes.get(name);
      if (node !== undefined) world.nodes.put(change(node));
    },
    removeNode: (name: string) => removeNode(world, name),
    addBarePod: (pod: SinglePodOptions) => addBarePod(world, pod),
    addWaitingPod: (pod: WaitingPodOptions) => addWaitingPod(world, pod),
    addMirrorPod: (pod: SinglePodOptions) => addMirrorPod(world, pod),
    removePods: (namespace: string) => {
      for (const { metadata } of world.pods.list())
        if (metadata.namespace === namespace) world.pods.remove(`${namespace}/${metadata.name}`);
    },
    addBudget: (budget: BudgetOptions) => addBudget(world, budget),
    chargeBudget: (namespace: string, budgetName: string, podName: string) => {
      const budget = world.budgets.get(`${namespace}/${budgetName}`);
      if (budget !== undefined) chargeBudget(world, budget, podName);
    },
    terminateNamespace: (name: string) => void world.terminatingNamespaces.add(name),
    setReady: (namespace: string, name: string, ready: boolean) =>
      changePod(world, `${namespace}/${name}`, (pod) =>
        ready ? asRunning(pod, formatTime(world.clock.now())) : unready(pod),
      ),
    annotatePod: (namespace: string, name: string, added: Readonly<Record<string, string>>) =>
      changePod(world, `${namespace}/${name}`, (pod) => {
        const annotations = { ...pod.metadata.annotations, ...added };
        return { ...pod, metadata: { ...pod.metadata, annotations } };
      }),
  };
}

function changePod(world: World, key: string, change: (pod: PodObject) => PodObject): void {
  const pod = world.pods.get(key);
  if (pod !== undefined) world.pods.put(change(pod));
}

function inspection(world: World, server: ApiServer) {
  return {
    nodes: () => world.nodes.list(),
    pods: () => world.pods.list(),
    events: () => world.events.list(),
    requests: server.requests,
    evictions: world.evictions,
    compact() {
      world.nodes.compact();
      world.pods.compact();
      world.budgets.compact();
    },
  };
}
