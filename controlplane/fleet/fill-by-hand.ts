import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CoreV1Api,
  type KubeConfig,
  PolicyV1Api,
  type V1OwnerReference,
  type V1Pod,
  type V1PodTemplateSpec,
} from '@kubernetes/client-node';
import { createAll, inParallel } from './create.ts';
import { controllerOf, type FillOptions, namespacesOf, nodeAt, singlePod } from './fill.ts';
import { nodeName } from './nodes.ts';
import { DAEMON_SETS, type FleetPlan, type Limit, type PlannedWorkload } from './plan.ts';
import { budget, daemonSet } from './workloads.ts';

/**
 * Fills a control plane without controllers, beside a stand-in for its kubelets: every pod is made as its controller
 * would have made it, on its node. Nobody replaces it, and nobody counts for budgets: one that allows anything
 * allows all.
 */
export async function fillByHand(
  admin: KubeConfig,
  plan: FleetPlan,
  options: FillOptions = {},
): Promise<void> {
  await createAll(admin, [...namespacesOf(plan), ...plan.nodes.map((_, at) => readyNode(plan, at))]);
  const pods = [
    ...DAEMON_SETS.slice(0, plan.daemonSets).flatMap((name) => daemonPods(plan, name)),
    ...plan.workloads.flatMap((workload) => podsOf(plan, workload)),
  ];
  await createAll(admin, pods);
  await untilRunning(admin, { nodes: plan.nodes.length, pods: pods.length }, options);
  await inParallel(plan.workloads, (workload) => createBudget(admin, workload));
}

function readyNode(plan: FleetPlan, at: number) {
  const node = nodeAt(plan, at);
  const now = new Date();
  const ready = { type: 'Ready', status: 'True', lastHeartbeatTime: now, lastTransitionTime: now };
  return { ...node, status: { ...node.status, conditions: [ready] } };
}

function daemonPods({ nodes }: FleetPlan, name: string): readonly V1Pod[] {
  const set = { namespace: 'kube-system', name };
  const owner = ownedBy('apps/v1', 'DaemonSet', name);
  return nodes.map((_, at) => {
    const pod = fromTemplate(daemonSet(set).spec?.template, set.namespace, `${name}-${at + 1}`, owner);
    return onNode(pod, nodes[at]?.number ?? 0);
  });
}

function podsOf({ nodes }: FleetPlan, workload: PlannedWorkload): readonly V1Pod[] {
  const { kind, name, namespace, on } = workload;
  const numbers = on.map((at) => nodes[at]?.number ?? 0);
  if (kind === 'Pod' || kind === 'MirrorPod')
    return numbers.map((number) => singlePod(workload, nodeName(number)));
  const { spec } = controllerOf(workload, on.length);
  const hash = shortId();
  const set = kind === 'Deployment' ? `${name}-${hash}` : name;
  const owner = OWNERS[kind](set);
  return numbers.map((number, rank) => {
    const pod = fromTemplate(spec?.template, namespace, nameOf(kind, set, rank), owner);
    if (kind === 'Job') Object.assign(pod.metadata?.labels ?? {}, jobLabels(name, owner.uid, rank));
    if (kind === 'Deployment') Object.assign(pod.metadata?.labels ?? {}, { 'pod-template-hash': hash });
    return onNode(pod, number);
  });
}

const OWNERS = {
  Deployment: (name: string) => ownedBy('apps/v1', 'ReplicaSet', name),
  StatefulSet: (name: string) => ownedBy('apps/v1', 'StatefulSet', name),
  Job: (name: string) => ownedBy('batch/v1', 'Job', name),
};

function ownedBy(apiVersion: string, kind: string, name: string): V1OwnerReference {
  return { apiVersion, kind, name, uid: randomUUID(), controller: true };
}

function nameOf(kind: keyof typeof OWNERS, set: string, index: number): string {
  if (kind === 'StatefulSet') return `${set}-${index}`;
  return kind === 'Job' ? `${set}-${index}-${shortId()}` : `${set}-${shortId()}`;
}

const shortId = () => randomUUID().slice(0, 5);

/** As the Job controller sets them. */
function jobLabels(name: string, uid: string, rank: number) {
  return {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'batch.kubernetes.io/job-completion-index': String(rank),
  };
}

function fromTemplate(
  template: V1PodTemplateSpec | undefined,
  namespace: string,
  name: string,
  owner: V1OwnerReference,
): V1Pod {
  const { labels, annotations } = template?.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace,
      name,
      labels: { ...labels },
      annotations: { ...annotations },
      ownerReferences: [owner],
    },
    spec: template?.spec ?? { containers: [] },
  };
}

function onNode(pod: V1Pod, number: number): V1Pod {
  return { ...pod, spec: { containers: [], ...pod.spec, nodeName: nodeName(number) } };
}

async function untilRunning(
  admin: KubeConfig,
  { nodes, pods: wanted }: { readonly nodes: number; readonly pods: number },
  { onProgress, signal }: FillOptions,
): Promise<void> {
  const core = admin.makeApiClient(CoreV1Api);
  for (const until = Date.now() + 60_000; ; ) {
    const { items } = await core.listPodForAllNamespaces();
    const running = items.filter(({ status }) => status?.phase === 'Running').length;
    onProgress?.({ nodesReady: nodes, running, wanted, budgetsPending: 0 });
    if (running === wanted) return;
    if (Date.now() > until) throw new Error(`${running} of ${wanted} pods run after 60 s`);
    await sleep(200, undefined, { ...(signal && { signal }) });
  }
}

async function createBudget(admin: KubeConfig, workload: PlannedWorkload): Promise<void> {
  const { budget: limit, name, namespace, on } = workload;
  if (!limit) return;
  const policy = admin.makeApiClient(PolicyV1Api);
  const body = await policy.createNamespacedPodDisruptionBudget({ namespace, body: budget(workload, limit) });
  const pods = on.length;
  const status = {
    observedGeneration: body.metadata?.generation ?? 1,
    currentHealthy: pods,
    desiredHealthy: 0,
    expectedPods: pods,
    disruptionsAllowed: allowsAny(limit, pods) ? pods : 0,
  };
  await policy.replaceNamespacedPodDisruptionBudgetStatus({ namespace, name, body: { ...body, status } });
}

function allowsAny(limit: Limit, pods: number): boolean {
  if ('maxUnavailable' in limit) return Number.parseInt(String(limit.maxUnavailable), 10) > 0;
  const least = Number.parseInt(String(limit.minAvailable), 10);
  return typeof limit.minAvailable === 'string' ? least < 100 : least < pods;
}
