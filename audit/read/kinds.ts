import type { ResourceKind } from '../../functions/cluster/reader.ts';

/** A kind of object that makes pods. */
export interface WorkloadKind extends ResourceKind {
  readonly kind: string;
  readonly runs: 'service' | 'job';
  /** Custom kinds are asked for only where the server knows their group. */
  readonly isCustom: boolean;
  /** Its pod templates. `*` in a path is every entry of a list or a map. */
  readonly templates: readonly (readonly string[])[];
  /** Paths, beginning where the template's ends, to numbers that multiply to its pods; absent ones count as 1. */
  readonly counts: readonly (readonly string[])[];
  /** May a change of the template be applied to the object that is there? */
  readonly isImmutable: boolean;
}

const POD = ['spec', 'template'];

/** Kinds whose templates are read. Pods of any other owner are read themselves. */
export const WORKLOAD_KINDS: readonly WorkloadKind[] = [
  builtIn('apps', 'Deployment', 'deployments', 'service'),
  builtIn('apps', 'StatefulSet', 'statefulsets', 'service'),
  builtIn(
    'batch',
    'CronJob',
    'cronjobs',
    'job',
    [['spec', 'jobTemplate', ...POD]],
    [['spec', 'jobTemplate', 'spec', 'parallelism']],
  ),
  { ...builtIn('batch', 'Job', 'jobs', 'job', [POD], [['spec', 'parallelism']]), isImmutable: true },
  {
    ...custom('jobset.x-k8s.io', 'v1alpha2', 'JobSet', 'jobsets', 'job'),
    templates: [['spec', 'replicatedJobs', '*', 'template', ...POD]],
    counts: [
      ['spec', 'replicatedJobs', '*', 'replicas'],
      ['spec', 'replicatedJobs', '*', 'template', 'spec', 'parallelism'],
    ],
    isImmutable: true,
  },
  {
    ...custom('kubeflow.org', 'v1', 'PyTorchJob', 'pytorchjobs', 'job'),
    templates: [['spec', 'pytorchReplicaSpecs', '*', 'template']],
    counts: [['spec', 'pytorchReplicaSpecs', '*', 'replicas']],
  },
  {
    ...custom('kubeflow.org', 'v2beta1', 'MPIJob', 'mpijobs', 'job'),
    templates: [['spec', 'mpiReplicaSpecs', '*', 'template']],
    counts: [['spec', 'mpiReplicaSpecs', '*', 'replicas']],
  },
  {
    ...custom('batch.volcano.sh', 'v1alpha1', 'Job', 'jobs', 'job'),
    templates: [['spec', 'tasks', '*', 'template']],
    counts: [['spec', 'tasks', '*', 'replicas']],
    isImmutable: true,
  },
  {
    ...custom('ray.io', 'v1', 'RayJob', 'rayjobs', 'job'),
    templates: [
      ['spec', 'rayClusterSpec', 'headGroupSpec', 'template'],
      ['spec', 'rayClusterSpec', 'workerGroupSpecs', '*', 'template'],
    ],
    counts: [['spec', 'rayClusterSpec', 'workerGroupSpecs', '*', 'replicas']],
    isImmutable: true,
  },
  {
    ...custom('ray.io', 'v1', 'RayCluster', 'rayclusters', 'job'),
    templates: [
      ['spec', 'headGroupSpec', 'template'],
      ['spec', 'workerGroupSpecs', '*', 'template'],
    ],
    counts: [['spec', 'workerGroupSpecs', '*', 'replicas']],
  },
  {
    ...custom('leaderworkerset.x-k8s.io', 'v1', 'LeaderWorkerSet', 'leaderworkersets', 'service'),
    templates: [['spec', 'leaderWorkerTemplate', 'workerTemplate']],
    counts: [['spec', 'replicas']],
  },
  custom('argoproj.io', 'v1alpha1', 'Rollout', 'rollouts', 'service'),
];

export function kindOf(apiVersion: string, kind: string): WorkloadKind | undefined {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  return WORKLOAD_KINDS.find((each) => each.kind === kind && each.group === group);
}

function builtIn(
  group: string,
  kind: string,
  plural: string,
  runs: WorkloadKind['runs'],
  templates: WorkloadKind['templates'] = [POD],
  counts: WorkloadKind['counts'] = [['spec', 'replicas']],
): WorkloadKind {
  return { group, version: 'v1', kind, plural, runs, isCustom: false, templates, counts, isImmutable: false };
}

function custom(
  group: string,
  version: string,
  kind: string,
  plural: string,
  runs: WorkloadKind['runs'],
): WorkloadKind {
  return { ...builtIn(group, kind, plural, runs), version, isCustom: true };
}
