import type {
  KubernetesObject,
  V1Affinity,
  V1DaemonSet,
  V1Deployment,
  V1Job,
  V1Pod,
  V1PodDisruptionBudget,
  V1PodTemplateSpec,
  V1StatefulSet,
} from '@kubernetes/client-node';
import { STOPS_AFTER } from '../kwok-stages.ts';
import { GPU_TAINT } from './nodes.ts';

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
  /** Values of `kubernetes.io/hostname` that its pods may run on. @default any */
  readonly onlyOn?: readonly string[];
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

/** A training run: one pod, started again when it dies. */
export function job(workload: Workload): V1Job {
  const { metadata, spec } = template(workload);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadataOf(workload),
    spec: {
      backoffLimit: 6,
      template: { metadata: metadata ?? {}, spec: { ...podSpec(spec), restartPolicy: 'Never' } },
    },
  };
}

/** By which `settle` finds pods that no controller counts. */
export const BARE_LABEL = 'fleet/bare';

/** A pod that nobody recreates. */
export function barePod(workload: Workload): V1Pod {
  const { metadata, spec } = template(workload);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, ...metadataOf(workload), labels: { app: workload.name, [BARE_LABEL]: 'true' } },
    spec: podSpec(spec),
  };
}

/** A budget for the workload's pods. */
export function budget(
  { namespace, name }: Pick<Workload, 'namespace' | 'name'>,
  limit: { readonly maxUnavailable: number | string } | { readonly minAvailable: number | string },
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
    name,
    onlyOn,
    priorityClassName,
    stopsAfterSeconds = 0,
  } = workload;
  return {
    metadata: { labels: { app: name }, annotations: { [STOPS_AFTER]: String(stopsAfterSeconds) } },
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
      ...(onlyOn && { affinity: affinityTo(onlyOn) }),
    },
  };
}

function affinityTo(hostnames: readonly string[]): V1Affinity {
  const expression = { key: 'kubernetes.io/hostname', operator: 'In', values: [...hostnames] };
  const nodeSelectorTerms = [{ matchExpressions: [expression] }];
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } };
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
