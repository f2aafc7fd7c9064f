import {
  AppsV1Api,
  BatchV1Api,
  CoreV1Api,
  type KubeConfig,
  type KubernetesObject,
  type V1Deployment,
  type V1Job,
  type V1StatefulSet,
} from '@kubernetes/client-node';
import { createAll, inParallel } from './create.ts';
import { nodeName, nodeObject, PODS, ZONE } from './nodes.ts';
import { DAEMON_SETS, type FleetPlan, type PlannedWorkload } from './plan.ts';
import { type SettleProgress, settle } from './settle.ts';
import { barePod, budget, daemonSet, deployment, job, namespaceObject, statefulSet } from './workloads.ts';

export interface FillOptions {
  readonly onProgress?: (progress: SettleProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Fills a control plane that runs its controllers. The scheduler places every pod; that each lands where the plan says
 * is a matter of room: nodes with the same share come together, last ones first, with just enough room for it, and
 * are full before the next ones come. At the end every node has as much room as it likes.
 */
export async function fill(admin: KubeConfig, plan: FleetPlan, options: FillOptions = {}): Promise<void> {
  await createAll(admin, [
    ...namespacesOf(plan),
    ...DAEMON_SETS.slice(0, plan.daemonSets).map((name) => daemonSet({ namespace: 'kube-system', name })),
  ]);
  const placed = new Set<number>();
  for (const places of groupByShare(plan)) {
    options.signal?.throwIfAborted();
    await createAll(
      admin,
      places.map((at) => nodeAt(plan, at, plan.daemonSets + shareOf(plan, at).length)),
    );
    for (const at of places) placed.add(at);
    await settle(admin, { ...options, nodes: placed.size });
    await inParallel(plan.workloads, (workload) => grow(admin, plan, workload, placed, places));
    if (places.some((at) => shareOf(plan, at).length > 0))
      await settle(admin, { ...options, nodes: placed.size });
  }
  await openUp(admin, plan);
  await createAll(
    admin,
    plan.workloads.flatMap(({ budget: limit, ...workload }) => (limit ? [budget(workload, limit)] : [])),
  );
  await settle(admin, { ...options, nodes: placed.size });
}

/** The API server makes these. */
const BUILT_IN = ['default', 'kube-system'];

/** Those that the plan's workloads need and the API server does not make. */
export function namespacesOf({ workloads }: FleetPlan): readonly KubernetesObject[] {
  const names = new Set(workloads.map(({ namespace }) => namespace));
  return [...names].filter((name) => !BUILT_IN.includes(name)).map(namespaceObject);
}

/** Places of nodes, those with the same workloads together; the first node of the plan is among the last. */
function groupByShare(plan: FleetPlan): readonly (readonly number[])[] {
  const places = plan.nodes.map((_, at) => at).reverse();
  return [...Map.groupBy(places, (at) => shareOf(plan, at).join(' ')).values()];
}

/** The plan's workloads on a node, by place, one entry a pod. */
function shareOf({ workloads }: FleetPlan, node: number): readonly number[] {
  return workloads.flatMap(({ on }, at) => on.filter((place) => place === node).map(() => at));
}

export function nodeAt({ nodes }: FleetPlan, at: number, pods?: number) {
  const node = nodes[at];
  if (!node) throw new RangeError(`the plan has no node ${at}`);
  return nodeObject({ name: nodeName(node.number), instanceId: node.instanceId, zone: ZONE }, pods);
}

/** Brings the workload to the size that it has on the nodes that are there; `added` are the new ones among them. */
async function grow(
  admin: KubeConfig,
  plan: FleetPlan,
  workload: PlannedWorkload,
  there: ReadonlySet<number>,
  added: readonly number[],
): Promise<void> {
  const { kind, name, namespace, on } = workload;
  const more = on.filter((at) => added.includes(at));
  const replicas = on.filter((at) => there.has(at)).length;
  if (more.length === 0) return;
  if (kind === 'Pod' || kind === 'MirrorPod') {
    return createAll(
      admin,
      more.map((at) => singlePod(workload, nodeName(plan.nodes[at]?.number ?? 0))),
    );
  }
  if (replicas === more.length) return createAll(admin, [controllerOf(workload, replicas)]);
  const size = (path: string) => ({ name, namespace, body: [{ op: 'replace', path, value: replicas }] });
  const apps = admin.makeApiClient(AppsV1Api);
  if (kind === 'Deployment') await apps.patchNamespacedDeployment(size('/spec/replicas'));
  if (kind === 'StatefulSet') await apps.patchNamespacedStatefulSet(size('/spec/replicas'));
  if (kind === 'Job') await admin.makeApiClient(BatchV1Api).patchNamespacedJob(size('/spec/parallelism'));
}

export function controllerOf(
  { budget, saves, ...workload }: PlannedWorkload,
  replicas: number,
): V1Deployment | V1StatefulSet | V1Job {
  if (workload.kind === 'Deployment') return deployment({ ...workload, replicas });
  if (workload.kind === 'StatefulSet') return statefulSet({ ...workload, replicas });
  const labels = saves && { 'spot-responder/checkpoint': 'enabled' };
  return job({
    ...workload,
    completions: workload.on.length,
    parallelism: replicas,
    ...(labels && { labels }),
  });
}

/** No scheduler is asked: whoever makes such a pod names the node. */
export function singlePod(workload: PlannedWorkload, node: string) {
  return barePod({ ...workload, node, isMirror: workload.kind === 'MirrorPod' });
}

/** From now on pods may go wherever there is a node. */
async function openUp(admin: KubeConfig, plan: FleetPlan): Promise<void> {
  const core = admin.makeApiClient(CoreV1Api);
  await inParallel(plan.nodes, ({ number }) => {
    const body = ['capacity', 'allocatable'].map((field) => ({
      op: 'replace',
      path: `/status/${field}/pods`,
      value: String(PODS),
    }));
    return core.patchNodeStatus({ name: nodeName(number), body });
  });
}
