import type { KubeConfig } from '@kubernetes/client-node';
import { type FillOptions, fill } from './fill.ts';
import { type SpotNode, spotNode } from './nodes.ts';
import type { FleetPlan, PlannedNode, PlannedWorkload } from './plan.ts';

/** Many nodes alike, each with the same number of pods, under budgets that they share. */
export interface CrowdOptions extends FillOptions {
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
  /** One more Deployment with one pod, on the first target node, whose budget never allows. @default false */
  readonly blockedPod?: boolean;
}

export interface Crowd {
  readonly targets: readonly SpotNode[];
  readonly spares: readonly SpotNode[];
  /** The target node with the pod that is never let go. */
  readonly blockedNode?: SpotNode;
}

export const CROWD_NAMESPACE = 'crowd';

/** Fills a control plane that runs its controllers. */
export async function createCrowd(admin: KubeConfig, options: CrowdOptions): Promise<Crowd> {
  const targets = range(1, options.targets).map(spotNode);
  const spares = range(options.targets + 1, options.spares).map(spotNode);
  const [first] = targets;
  await fill(admin, planCrowd(options), options);
  return { targets, spares, ...(options.blockedPod && first && { blockedNode: first }) };
}

function planCrowd(options: CrowdOptions): FleetPlan {
  const { blockedPod, daemonSets = 5, spares, targets } = options;
  return {
    nodes: range(1, targets + spares).map(plannedNode),
    daemonSets,
    workloads: [...servicesOf(options), ...(blockedPod ? [NEVER_LET_GO] : [])],
  };
}

function servicesOf(options: CrowdOptions): readonly PlannedWorkload[] {
  const { graceSeconds = 30, maxUnavailable = '50%', podsPerNode = 10, stopsAfterSeconds = 5 } = options;
  const { deployments = podsPerNode, targets } = options;
  const pods = range(0, targets * podsPerNode);
  return range(0, deployments).map((service) => ({
    kind: 'Deployment',
    namespace: CROWD_NAMESPACE,
    name: `service-${service + 1}`,
    on: pods.filter((pod) => pod % deployments === service).map((pod) => Math.floor(pod / podsPerNode)),
    graceSeconds,
    stopsAfterSeconds,
    ...(maxUnavailable !== null && { budget: { maxUnavailable } }),
  }));
}

const NEVER_LET_GO: PlannedWorkload = {
  kind: 'Deployment',
  namespace: CROWD_NAMESPACE,
  name: 'never-let-go',
  on: [0],
  budget: { maxUnavailable: 0 },
};

function plannedNode(number: number): PlannedNode {
  return { number, instanceId: spotNode(number).instanceId };
}

function range(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, at) => from + at);
}
