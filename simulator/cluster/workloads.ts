import { createHash } from 'node:crypto';
import { asRunning } from './kubelet.ts';
import { formatTime, type PodObject, type PodToleration } from './objects.ts';
import { newPod, type PodIdentity, type PodOptions } from './pod-template.ts';
import { schedulePod } from './schedule.ts';
import type { World } from './world.ts';

export interface WorkloadOptions extends PodOptions {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Job';
  readonly namespace: string;
  readonly name: string;
  /** One running, ready pod per entry, on the node of that name. */
  readonly nodes: readonly string[];
}

/** What a controller remembers of its workload. */
interface Controller {
  readonly options: WorkloadOptions;
  readonly owner: NonNullable<PodIdentity['owner']>;
}

/** Adds workloads and keeps them at their size, as their controllers would. */
export function runWorkloads(world: World) {
  const controllers = new Map<string, Controller>();
  world.pods.subscribe(({ before, after }) => {
    const owner = (after ?? before)?.metadata.ownerReferences?.find((each) => each.controller);
    const controller = owner === undefined ? undefined : controllers.get(owner.uid);
    if (controller !== undefined) reconcile(world, controller);
  });
  return {
    add(options: WorkloadOptions): readonly PodObject[] {
      const owner = ownerOf(world, options);
      // A DaemonSet has no scale for budgets to count: its pods count one by one.
      if (options.kind !== 'DaemonSet') world.replicas.set(owner.uid, options.nodes.length);
      const pods = options.nodes.map((node, index) => {
        const pod = newPod(
          world,
          identify(world, { options, owner }, index),
          templateOf({ options, owner }, index),
        );
        const placed = { ...pod, spec: { ...pod.spec, nodeName: node } };
        return world.pods.put(asRunning(placed, formatTime(world.clock.now())));
      });
      controllers.set(owner.uid, { options, owner });
      return pods;
    },
  };
}

function reconcile(world: World, controller: Controller): void {
  const owned = world.pods
    .list()
    .filter((pod) => pod.metadata.ownerReferences?.some((each) => each.uid === controller.owner.uid));
  switch (controller.options.kind) {
    case 'StatefulSet':
      replaceMissingNames(world, controller, owned);
      break;
    case 'DaemonSet':
      replaceOnNodes(world, controller, owned);
      break;
    case 'Deployment':
    case 'Job':
      replaceMissingCount(world, controller, owned);
  }
}

/** A pod is replaced as soon as it is terminating; a Job's finished pods stay counted. */
function replaceMissingCount(world: World, controller: Controller, owned: readonly PodObject[]): void {
  const { kind, nodes } = controller.options;
  const counted = owned.filter(
    ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined &&
      status.phase !== 'Failed' &&
      (kind === 'Job' || status.phase !== 'Succeeded'),
  );
  for (let index = counted.length; index < nodes.length; index += 1) {
    world.pods.put(schedulePod(world, replacement(world, controller, index)));
  }
}

/** A StatefulSet's pod comes back under its name, only after the old one is really gone. */
function replaceMissingNames(world: World, controller: Controller, owned: readonly PodObject[]): void {
  const names = new Set(owned.map((pod) => pod.metadata.name));
  controller.options.nodes.forEach((_, index) => {
    if (names.has(`${controller.options.name}-${index}`)) return;
    world.pods.put(schedulePod(world, replacement(world, controller, index)));
  });
}

/** A DaemonSet ignores cordons: its pod comes back on the same node while that node exists. */
function replaceOnNodes(world: World, controller: Controller, owned: readonly PodObject[]): void {
  const occupied = new Set(owned.map((pod) => pod.spec.nodeName));
  for (const node of controller.options.nodes) {
    if (occupied.has(node) || world.nodes.get(node) === undefined) continue;
    const pod = replacement(world, controller, 0);
    world.pods.put({ ...pod, spec: { ...pod.spec, nodeName: node } });
  }
}

function replacement(world: World, controller: Controller, index: number): PodObject {
  return newPod(world, identify(world, controller, index), templateOf(controller, index));
}

function identify(world: World, { options, owner }: Controller, index: number): PodIdentity {
  const suffix = options.kind === 'StatefulSet' ? String(index) : world.newSuffix(5);
  return { namespace: options.namespace, name: `${owner.name}-${suffix}`, owner };
}

const EVERY_TAINT: PodToleration = { operator: 'Exists' };

function templateOf({ options, owner }: Controller, index: number): WorkloadOptions {
  const { kind, labels } = options;
  const added = kind === 'Deployment' ? { 'pod-template-hash': owner.name.split('-').at(-1) ?? '' } : {};
  if (kind === 'Job') return { ...options, labels: { ...labels, ...jobLabels(owner, index) } };
  const tolerations = kind === 'DaemonSet' ? [EVERY_TAINT] : (options.tolerations ?? []);
  return { ...options, labels: { ...labels, ...added }, tolerations };
}

/** As the Job controller sets them on the pods of an Indexed Job. */
function jobLabels({ name, uid }: Controller['owner'], index: number) {
  return {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'batch.kubernetes.io/job-completion-index': String(index),
  };
}

/** A Deployment's pods belong to its ReplicaSet. */
function ownerOf(world: World, { kind, namespace, name }: WorkloadOptions): Controller['owner'] {
  const uid = world.newUid();
  if (kind !== 'Deployment') return { apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1', kind, name, uid };
  const hash = createHash('sha256').update(`${namespace}/${name}`).digest('hex').slice(0, 10);
  return { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${name}-${hash}`, uid };
}
