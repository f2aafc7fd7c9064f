import type {
  KubernetesObject,
  V1DaemonSet,
  V1Deployment,
  V1Job,
  V1JobSpec,
  V1Pod,
  V1PodDisruptionBudget,
  V1PodTemplateSpec,
  V1StatefulSet,
} from '@kubernetes/client-node';
import { STOPS_AFTER } from '../kwok-stages.ts';
import { GPU_TAINT } from './nodes.ts';
import type { Limit } from './plan.ts';

/** What a workload's pods are like; its pods carry the label `app: <name>`. */
export interface Workload {
  readonly namespace: string;
  readonly name: string;
  /** How long the containers take to stop, at most their grace. @default 0 */
  readonly stopsAfterSeconds?: number;
  /** @default 30 */
  readonly graceSeconds?: number;
  /** @default 0 */
  readonly gpus?: number;
  readonly emptyDir?: boolean;
  readonly priorityClassName?: string;
  /** Beside `app`. */
  readonly labels?: Readonly<Record<string, string>>;
}

interface Replicated extends Workload {
  readonly replicas: number;
}

export function deployment(workload: Replicated): V1Deployment {
  const { replicas } = workload;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadataOf(workload),
    spec: { replicas, selector: selectorOf(workload), template: template(workload) },
  };
}

/** Its pods start all at once, as for a service that does not care about order. */
export function statefulSet(workload: Replicated): V1StatefulSet {
  const { name, replicas } = workload;
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: metadataOf(workload),
    spec: {
      replicas,
      serviceName: name,
      podManagementPolicy: 'Parallel',
      selector: selectorOf(workload),
      template: template(workload),
    },
  };
}

/** On every node, whatever its taints. */
export function daemonSet(workload: Workload): V1DaemonSet {
  const { metadata, spec } = template(workload);
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: metadataOf(workload),
    spec: {
      selector: selectorOf(workload),
      template: {
        metadata: metadata ?? {},
        spec: { ...podSpec(spec), tolerations: [{ operator: 'Exists' }] },
      },
    },
  };
}

interface Ranks extends Workload {
  /** How many pods the run has; each a rank. @default 1 */
  readonly completions?: number;
  /** How many of them run now. @default all */
  readonly parallelism?: number;
}

/** A training run. One pod alone is started again when it dies; a rank among several ends the whole, as in `examples/`. */
export function job(workload: Ranks): V1Job {
  const { completions = 1, parallelism = completions } = workload;
  const { metadata, spec } = template(workload);
  const gang: Partial<V1JobSpec> = {
    completionMode: 'Indexed',
    podReplacementPolicy: 'Failed',
    podFailurePolicy: { rules: [{ action: 'FailJob', onPodConditions: [DISRUPTED] }] },
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadataOf(workload),
    spec: {
      backoffLimit: 6,
      completions,
      parallelism,
      ...(completions > 1 && gang),
      template: { metadata: metadata ?? {}, spec: { ...podSpec(spec), restartPolicy: 'Never' } },
    },
  };
}

const DISRUPTED = { type: 'DisruptionTarget', status: 'True' };

/** By which `settle` finds pods that no controller counts. */
export const BARE_LABEL = 'fleet/bare';

interface SinglePod extends Workload {
  /** Where it runs. @default where the scheduler says */
  readonly node?: string;
  /** As a kubelet makes it for a static pod. */
  readonly isMirror?: boolean;
}

/** A pod that nobody recreates. */
export function barePod({ isMirror, node, ...workload }: SinglePod): V1Pod {
  const { metadata, spec } = template(workload);
  const mirror = isMirror && { 'kubernetes.io/config.mirror': workload.name };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadataOf(workload),
      labels: { ...metadata?.labels, [BARE_LABEL]: 'true' },
      annotations: { ...metadata?.annotations, ...mirror },
    },
    spec: { ...podSpec(spec), ...(node !== undefined && { nodeName: node }) },
  };
}

/** A budget for the workload's pods. */
export function budget(
  { namespace, name }: Pick<Workload, 'namespace' | 'name'>,
  limit: Limit,
): V1PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { namespace, name },
    spec: { selector: selectorOf({ name }), ...limit },
  };
}

export function namespaceObject(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** The share of a node that a pod asks for is about 2 %, so that the scheduler spreads them evenly. */
function template(workload: Workload): V1PodTemplateSpec {
  const {
    emptyDir,
    graceSeconds = 30,
    gpus = 0,
    labels,
    name,
    priorityClassName,
    stopsAfterSeconds = 0,
  } = workload;
  return {
    metadata: { labels: { app: name, ...labels }, annotations: { [STOPS_AFTER]: String(stopsAfterSeconds) } },
    spec: {
      terminationGracePeriodSeconds: graceSeconds,
      tolerations: [{ key: GPU_TAINT, operator: 'Exists' }],
      containers: [
        {
          name: 'main',
          image: name,
          resources: {
            requests: { cpu: '1', memory: '3Gi' },
            ...(gpus > 0 && { limits: { 'nvidia.com/gpu': String(gpus) } }),
          },
        },
      ],
      ...(emptyDir && { volumes: [{ name: 'scratch', emptyDir: {} }] }),
      ...(priorityClassName && { priorityClassName }),
    },
  };
}

function podSpec(spec: V1PodTemplateSpec['spec']): NonNullable<V1PodTemplateSpec['spec']> {
  return spec ?? { containers: [] };
}

function metadataOf({ namespace, name }: Workload) {
  return { namespace, name };
}

function selectorOf({ name }: Pick<Workload, 'name'>) {
  return { matchLabels: { app: name } };
}
