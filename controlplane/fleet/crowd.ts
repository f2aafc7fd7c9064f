import { CoreV1Api, type KubeConfig, type KubernetesObject } from '@kubernetes/client-node';
import { createAll, inParallel } from './create.ts';
import { nodeObject, type SpotNode, spotNode } from './nodes.ts';
import { type SettleProgress, settle } from './settle.ts';
import { budget, daemonSet, deployment, namespaceObject } from './workloads.ts';

/** Many nodes alike, each with the same number of pods, under budgets that they share. */
export interface CrowdOptions {
  /** The nodes that carry the pods. */
  readonly targets: number;
  /** The nodes that the pods can move to. */
  readonly spares: number;
  /** @default 10 */
  readonly podsPerNode?: number;
  /** @default 5 */
  readonly daemonSets?: number;
  /** Over all target nodes, each with as many pods as the others. @default as many as pods on a node */
  readonly deployments?: number;
  /** Of each Deployment's budget; `null` makes no budgets. @default 50% */
  readonly maxUnavailable?: number | string | null;
  /** How long a pod takes to stop. @default 5 */
  readonly stopsAfterSeconds?: number;
  /** @default 30 */
  readonly graceSeconds?: number;
  /** One more Deployment with one pod, on some target node, whose budget never allows. @default false */
  readonly blockedPod?: boolean;
  readonly onProgress?: (progress: SettleProgress) => void;
  readonly signal?: AbortSignal;
}

export interface Crowd {
  readonly targets: readonly SpotNode[];
  readonly spares: readonly SpotNode[];
  /** The target node with the pod that is never let go. */
  readonly blockedNode?: SpotNode;
}

export const CROWD_NAMESPACE = 'crowd';

/**
 * Fills a control plane that runs its controllers. Until all pods are placed, a target node has room for just its
 * share of them and there is no spare: so the scheduler places them evenly, and is free to move them anywhere later.
 */
export async function createCrowd(admin: KubeConfig, options: CrowdOptions): Promise<Crowd> {
  const { onProgress, signal } = options;
  const targets = range(1, options.targets).map(spotNode);
  const spares = range(options.targets + 1, options.spares).map(spotNode);
  const [first] = targets;
  const blockedNode = options.blockedPod ? first : undefined;
  const settled = (nodes: number) =>
    settle(admin, { nodes, ...(onProgress && { onProgress }), ...(signal && { signal }) });

  await createAll(admin, [
    namespaceObject(CROWD_NAMESPACE),
    ...targets.map((node) => nodeObject(node, roomOn(node, options, blockedNode))),
  ]);
  await createAll(admin, [
    ...range(1, options.daemonSets ?? 5).map((number) => daemonSet(named('kube-system', `agent-${number}`))),
    ...(blockedNode ? neverLetGo([blockedNode, ...spares]) : []),
  ]);
  await settled(targets.length);
  await createAll(admin, crowdOf(options));
  await settled(targets.length);
  await openUp(admin, targets);
  await createAll(
    admin,
    spares.map((node) => nodeObject(node)),
  );
  await settled(targets.length + spares.length);
  return { targets, spares, ...(blockedNode && { blockedNode }) };
}

function roomOn(
  node: SpotNode,
  { daemonSets = 5, podsPerNode = 10 }: CrowdOptions,
  blockedNode: SpotNode | undefined,
): number {
  return podsPerNode + daemonSets + (node === blockedNode ? 1 : 0);
}

function crowdOf(options: CrowdOptions): KubernetesObject[] {
  const { graceSeconds = 30, maxUnavailable = '50%', podsPerNode = 10, stopsAfterSeconds = 5 } = options;
  const { deployments = podsPerNode, targets } = options;
  const pods = targets * podsPerNode;
  return range(1, deployments).flatMap((number) => {
    const replicas = Math.floor(pods / deployments) + (number <= pods % deployments ? 1 : 0);
    const workload = named(CROWD_NAMESPACE, `service-${number}`);
    return [
      deployment({ ...workload, replicas, graceSeconds, stopsAfterSeconds }),
      ...(maxUnavailable === null ? [] : [budget(workload, { maxUnavailable })]),
    ];
  });
}

/** The affinity leaves the first of the nodes as the only choice while the others do not exist. */
function neverLetGo(nodes: readonly SpotNode[]): KubernetesObject[] {
  const workload = named(CROWD_NAMESPACE, 'never-let-go');
  const onlyOn = nodes.map(({ name }) => name);
  return [deployment({ ...workload, replicas: 1, onlyOn }), budget(workload, { maxUnavailable: 0 })];
}

/** From now on the target nodes have as much room as the spares. */
async function openUp(admin: KubeConfig, nodes: readonly SpotNode[]): Promise<void> {
  const core = admin.makeApiClient(CoreV1Api);
  await inParallel(nodes, ({ name, ...node }) => {
    const { status } = nodeObject({ name, ...node });
    const body = ['capacity', 'allocatable'].map((field) => ({
      op: 'replace',
      path: `/status/${field}/pods`,
      value: status?.capacity?.pods,
    }));
    return core.patchNodeStatus({ name, body });
  });
}

const named = (namespace: string, name: string) => ({ namespace, name });

function range(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, at) => from + at);
}
