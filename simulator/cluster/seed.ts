import { asRunning } from './kubelet.ts';
import {
  type BudgetObject,
  type BudgetSpec,
  formatTime,
  type NodeObject,
  type NodeTaint,
  type PodObject,
} from './objects.ts';
import { newPod, type PodIdentity, type PodOptions } from './pod-template.ts';
import { schedulePod } from './schedule.ts';
import { newMetadata, type World } from './world.ts';

export interface NodeOptions {
  readonly name: string;
  readonly instanceId: string;
  /** Availability zone, part of the providerID. */
  readonly zone: string;
  /** @default 'm7i.xlarge' */
  readonly instanceType?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly taints?: readonly NodeTaint[];
  /** @default false */
  readonly unschedulable?: boolean;
  /** @default true */
  readonly ready?: boolean;
  /** Allocatable GPUs. @default 0 */
  readonly gpus?: number;
}

export interface SinglePodOptions extends PodOptions {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  /** @default 'Running' and ready; any other phase is not ready */
  readonly phase?: PodObject['status']['phase'];
  /** A running pod's readiness. @default true */
  readonly ready?: boolean;
  /** Its controller, as far as the pod tells; the simulator runs none. @default none */
  readonly owner?: PodIdentity['owner'];
}

export interface WaitingPodOptions extends PodOptions {
  readonly namespace: string;
  readonly name: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
}

export interface BudgetOptions extends BudgetSpec {
  readonly namespace: string;
  readonly name: string;
  /** False: the disruption controller has not seen it yet. @default true */
  readonly observed?: boolean;
}

export function addNode(world: World, options: NodeOptions): NodeObject {
  const { name, instanceId, zone, instanceType = 'm7i.xlarge', gpus = 0, taints } = options;
  const resources = {
    cpu: '4',
    memory: '16Gi',
    pods: '58',
    ...(gpus > 0 ? { 'nvidia.com/gpu': String(gpus) } : {}),
  };
  const ready = { type: 'Ready', status: (options.ready ?? true) ? 'True' : 'False', reason: 'KubeletReady' };
  return world.nodes.put({
    kind: 'Node',
    apiVersion: 'v1',
    metadata: newMetadata(world, {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'node.kubernetes.io/instance-type': instanceType,
        'topology.kubernetes.io/region': zone.slice(0, -1),
        'topology.kubernetes.io/zone': zone,
        ...options.labels,
      },
      annotations: { 'node.alpha.kubernetes.io/ttl': '0', ...options.annotations },
    }),
    spec: {
      providerID: `aws:///${zone}/${instanceId}`,
      ...(taints === undefined || taints.length === 0 ? {} : { taints: [...taints] }),
      ...(options.unschedulable ? { unschedulable: true } : {}),
    },
    status: {
      conditions: [{ ...ready, lastTransitionTime: formatTime(world.clock.now()) }],
      allocatable: resources,
      capacity: resources,
      addresses: [{ type: 'InternalDNS', address: name }],
    },
  });
}

/** The instance is gone: its Node and, as the pod garbage collector does, its pods go with it. */
export function removeNode(world: World, name: string): void {
  world.nodes.remove(name);
  for (const { metadata, spec } of world.pods.list()) {
    if (spec.nodeName === name) world.pods.remove(`${metadata.namespace}/${metadata.name}`);
  }
}

export function addBarePod(world: World, options: SinglePodOptions): PodObject {
  return placePod(world, newPod(world, options, options), options);
}

/** A pod that waits for a node, where no node takes it now. */
export function addWaitingPod(world: World, options: WaitingPodOptions): PodObject {
  const pod = schedulePod(world, newPod(world, options, options));
  const { nodeSelector } = options;
  return world.pods.put({ ...pod, spec: { ...pod.spec, ...(nodeSelector && { nodeSelector }) } });
}

/** A static pod's shadow: the kubelet owns it, deleting it changes nothing. */
export function addMirrorPod(world: World, options: SinglePodOptions): PodObject {
  const source = {
    'kubernetes.io/config.source': 'file',
    'kubernetes.io/config.mirror': world.newUid().replaceAll('-', ''),
  };
  const owner = {
    apiVersion: 'v1',
    kind: 'Node',
    name: options.node,
    uid: world.nodes.get(options.node)?.metadata.uid ?? '',
  };
  const annotations = { ...options.annotations, ...source };
  const identity = { namespace: options.namespace, name: options.name, owner };
  return placePod(world, newPod(world, identity, { ...options, annotations }), options);
}

export function addBudget(
  world: World,
  { namespace, name, observed = true, ...spec }: BudgetOptions,
): BudgetObject {
  return world.budgets.put({
    kind: 'PodDisruptionBudget',
    apiVersion: 'policy/v1',
    metadata: { ...newMetadata(world, { namespace, name }), generation: 1 },
    spec,
    status: { observedGeneration: observed ? 1 : 0 },
  });
}

/** As an eviction leaves it that ends between charging the budget and deleting the pod. */
export function chargeBudget(world: World, budget: BudgetObject, podName: string): void {
  const disruptedPods = { ...budget.status.disruptedPods, [podName]: formatTime(world.clock.now()) };
  world.budgets.put({ ...budget, status: { ...budget.status, disruptedPods } });
}

function placePod(world: World, pod: PodObject, { node, phase, ready }: SinglePodOptions): PodObject {
  const placed = { ...pod, spec: { ...pod.spec, nodeName: node } };
  const running = asRunning(placed, formatTime(world.clock.now()));
  if (phase === 'Pending') return world.pods.put(placed);
  const isUp = (phase ?? 'Running') === 'Running' && (ready ?? true);
  return world.pods.put(isUp ? withPhase(running, phase) : withPhase(unready(running), phase));
}

function withPhase(pod: PodObject, phase: PodObject['status']['phase'] = 'Running'): PodObject {
  return { ...pod, status: { ...pod.status, phase } };
}

/** As `setReady(false)` would leave it: the readiness probe fails, nothing else. */
export function unready(pod: PodObject): PodObject {
  const conditions = pod.status.conditions.map((each) =>
    each.type === 'Ready' || each.type === 'ContainersReady' ? { ...each, status: 'False' } : each,
  );
  return { ...pod, status: { ...pod.status, conditions } };
}
