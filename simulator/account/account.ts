import type { Clock } from '../../functions/clock.ts';
import { answer } from './answer.ts';
import { changeGroup, fillGroup, membersOf } from './capacity.ts';
import type { SimulatedAccessEntry, SimulatedExperiment, SimulatedStack } from './deployed.ts';
import { close, listen, serve } from './http.ts';
import { startLifecycleAction } from './lifecycle-actions.ts';
import type { SimulatedQueue } from './message-queue.ts';
import type { ServiceRequest } from './protocol.ts';
import { addQueue, type QueueOptions } from './queue.ts';
import { openReadBucket, type ReadQuota } from './read-bucket.ts';
import type {
  AccountState,
  BusEvent,
  Call,
  Fault,
  InstanceState,
  LifecycleAction,
  ScalingActivity,
  SimulatedAutoScalingGroup,
  SimulatedCluster,
  SimulatedInstance,
  SimulatedMarket,
  SimulatedNodeGroup,
  SimulatedParameter,
  WaitingLifecycleAction,
} from './state.ts';

/** An AWS account in memory: the real SDK clients talk to `endpoint` in their own protocols. */
export interface SimulatedAccount {
  /** `http://127.0.0.1:<port>`, for the clients' `endpoint`; any credentials do. */
  readonly endpoint: string;
  /** Every call that reached the account, also the failed ones. */
  readonly calls: readonly Call[];
  /** What PutEvents took. */
  readonly events: readonly BusEvent[];
  readonly lifecycleActions: readonly Readonly<LifecycleAction>[];
  addInstance(instance: SimulatedInstance): void;
  /** Throws when the instance was never added. */
  setInstanceState(instanceId: string, state: InstanceState, lifecycleState?: string): void;
  /** As an hour after a termination: EC2 forgets the id. */
  removeInstance(instanceId: string): void;
  addCluster(cluster: SimulatedCluster): void;
  addAutoScalingGroup(group: SimulatedAutoScalingGroup): void;
  /** As its owner would, or as the market: sizes, tags, `denial`. Throws when the group was never added. */
  changeAutoScalingGroup(name: string, change: Partial<SimulatedAutoScalingGroup>): void;
  /** Its members: instances that are not terminated. */
  instancesOf(group: string): readonly SimulatedInstance[];
  autoScalingGroup(name: string): SimulatedAutoScalingGroup | undefined;
  /** Auto Scaling tries again to give every group what it desires. */
  retryLaunches(): void;
  /** As somebody else made it, or as it was before. */
  addAccessEntry(entry: SimulatedAccessEntry): void;
  readonly accessEntries: readonly SimulatedAccessEntry[];
  readonly experiments: SimulatedExperiment[];
  addStack(stack: SimulatedStack): void;
  addNodeGroup(nodeGroup: SimulatedNodeGroup): void;
  onLaunch(listener: AccountState['launchListeners'][number]): void;
  onTermination(listener: AccountState['terminationListeners'][number]): void;
  readonly activities: readonly ScalingActivity[];
  addLifecycleAction(action: WaitingLifecycleAction): void;
  /** What instance types cost from now on. */
  setMarket(market: SimulatedMarket): void;
  /** What Lambda says that the account may run at once. */
  setConcurrency(limits: { readonly all: number; readonly reserved: number }): void;
  /** Also replaces the value, as a rotation does. */
  putSecret(name: string, value: string): void;
  /** Of Systems Manager. @param type `SecureString` where nothing is said */
  putParameter(name: string, value: string, type?: SimulatedParameter['type']): void;
  addQueue(options: QueueOptions): SimulatedQueue;
  removeQueue(queue: SimulatedQueue): void;
  /** From now on puts each event that PutEvents takes into a queue, as a rule does. */
  addRule(target: SimulatedQueue): void;
  inject(fault: Fault): void;
  close(): Promise<void>;
}

export interface SimulatedAccountOptions {
  /** Times of calls and events, and the expiry of hooks. */
  readonly clock: Clock;
  readonly region: string;
  /** AWS documents 100 refilled at 20 a second. @default EC2 never throttles */
  readonly ec2ReadQuota?: ReadQuota;
}

/** Starts an empty account on a free port of 127.0.0.1. */
export async function startSimulatedAccount(options: SimulatedAccountOptions): Promise<SimulatedAccount> {
  const closed = new AbortController();
  const state: AccountState = {
    region: options.region,
    clock: options.clock,
    instances: new Map(),
    clusters: new Map(),
    autoScalingGroups: new Map(),
    nodeGroups: [],
    experiments: [],
    accessEntries: [],
    stacks: new Map(),
    activities: [],
    launchTokens: new Map(),
    launchListeners: [],
    terminationListeners: [],
    lifecycleActions: [],
    events: [],
    market: { onDemand: {}, spot: [] },
    concurrency: { all: 1_000, reserved: 0 },
    secrets: new Map(),
    parameters: new Map(),
    endpoint: '',
    queues: new Map(),
    targets: [],
    moveTasks: [],
    closed: closed.signal,
  };
  const calls: Call[] = [];
  const faults: Fault[] = [];
  const passEc2 = options.ec2ReadQuota
    ? openReadBucket(options.ec2ReadQuota, () => state.clock.now())
    : () => undefined;
  const admit = (request: ServiceRequest) => {
    calls.push({ service: request.service, operation: request.operation, at: state.clock.now() });
    if (request.service === 'ec2') passEc2();
  };
  const server = serve((wire) => answer(state, admit, faults, wire));
  state.endpoint = await listen(server);
  return {
    endpoint: state.endpoint,
    calls,
    events: state.events,
    lifecycleActions: state.lifecycleActions,
    activities: state.activities,
    accessEntries: state.accessEntries,
    experiments: state.experiments,
    ...seeds(state),
    addQueue: (queueOptions) => addQueue(state, queueOptions),
    inject: (fault) => faults.push(...Array.from({ length: fault.times }, () => fault)),
    close: () => {
      closed.abort();
      return close(server);
    },
  };
}

type Seeds = Omit<
  SimulatedAccount,
  | 'endpoint'
  | 'calls'
  | 'events'
  | 'lifecycleActions'
  | 'activities'
  | 'accessEntries'
  | 'experiments'
  | 'addQueue'
  | 'inject'
  | 'close'
>;

function seeds(state: AccountState): Seeds {
  return {
    addInstance: (instance) => state.instances.set(instance.instanceId, instance),
    setInstanceState: (instanceId, instanceState, lifecycleState) => {
      const instance = state.instances.get(instanceId);
      if (instance === undefined)
        throw new Error(`The simulated account has no instance ${instanceId}: add it first`);
      state.instances.set(instanceId, {
        ...instance,
        state: instanceState,
        ...(lifecycleState !== undefined && { lifecycleState }),
      });
    },
    removeInstance: (instanceId) => state.instances.delete(instanceId),
    addCluster: (cluster) => state.clusters.set(cluster.name, cluster),
    addAutoScalingGroup: (group) => state.autoScalingGroups.set(group.name, group),
    changeAutoScalingGroup: (name, change) => changeGroup(state, name, change),
    instancesOf: (group) => membersOf(state, group),
    autoScalingGroup: (name) => state.autoScalingGroups.get(name),
    retryLaunches: () => {
      for (const name of state.autoScalingGroups.keys()) fillGroup(state, name);
    },
    addAccessEntry: (entry) => state.accessEntries.push(entry),
    addStack: (stack) => state.stacks.set(stack.name, stack),
    addNodeGroup: (nodeGroup) => state.nodeGroups.push(nodeGroup),
    onLaunch: (listener) => state.launchListeners.push(listener),
    onTermination: (listener) => state.terminationListeners.push(listener),
    addLifecycleAction: (action) => startLifecycleAction(state, action, state.closed),
    removeQueue: ({ url }) => state.queues.delete(new URL(url).pathname),
    setMarket: (market) => {
      state.market = market;
    },
    setConcurrency: (limits) => {
      state.concurrency = limits;
    },
    putSecret: (name, value) => state.secrets.set(name, value),
    putParameter: (name, value, type = 'SecureString') => state.parameters.set(name, { type, value }),
    addRule: (target) => state.targets.push(target),
  };
}
