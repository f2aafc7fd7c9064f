import type { Pod } from '../cluster/objects.ts';
import { OPT_IN_LABEL } from './labels.ts';

/** As much of a pod as tells its gang: a running one's, or a template's. */
export type GangMember = Pick<Pod, 'namespace' | 'name' | 'uid' | 'labels' | 'annotations' | 'owner'>;

/** Pods that must save the same step: the ranks of one training job, on whatever node they run. */
export interface Gang {
  /** Unique in the cluster. */
  readonly key: string;
  /** For people: `JobSet/llm`. */
  readonly name: string;
  readonly namespace: string;
  /** Label selector that finds every pod of the gang, and maybe others. */
  readonly labels: string;
  /** Tells the gang's pods among those that the selector finds. */
  readonly includes: (pod: GangMember) => boolean;
  /** False for a pod that nothing groups: it is a gang of its own. */
  readonly isOwned: boolean;
}

/** The first grouping that fits the pod, most explicit first: what the user wrote, the outermost owner, its Job. */
export function gangOf(pod: GangMember): Gang {
  for (const grouping of GROUPINGS) {
    const found = grouping(pod);
    if (found) return { ...found, includes: (other) => gangOf(other).key === found.key };
  }
  const { namespace, name, uid } = pod;
  const key = `${namespace}/pod/${uid}`;
  const includes = (other: GangMember) => other.uid === uid;
  return { key, name: `Pod/${name}`, namespace, labels: OPTED_IN, includes, isOwned: false };
}

const GROUP_ANNOTATION = 'spot-responder/checkpoint-group';
const OPTED_IN = `${OPT_IN_LABEL}=enabled`;

type Grouping = (pod: GangMember) => Omit<Gang, 'includes'> | undefined;

const GROUPINGS: readonly Grouping[] = [
  byAnnotation,
  byLabels('JobSet', ['jobset.sigs.k8s.io/jobset-uid'], 'jobset.sigs.k8s.io/jobset-name'),
  byLabels('Kubeflow job', ['training.kubeflow.org/job-name']),
  byLabels('Volcano job', ['volcano.sh/job-name']),
  byLabels('Ray cluster', ['ray.io/cluster']),
  byLabels('Kueue pod group', ['kueue.x-k8s.io/pod-group-name']),
  byLabels('LeaderWorkerSet', [
    'leaderworkerset.sigs.k8s.io/name',
    'leaderworkerset.sigs.k8s.io/group-index',
  ]),
  byJob,
];

/** No selector reaches annotations, so all pods that opted in are listed and sorted out here. */
function byAnnotation({ annotations, namespace }: GangMember) {
  const group = annotations[GROUP_ANNOTATION];
  if (!group) return undefined;
  return {
    key: `${namespace}/group/${group}`,
    name: `checkpoint group/${group}`,
    namespace,
    labels: OPTED_IN,
    isOwned: true,
  };
}

/** All of the labels make the group; `nameLabel` holds a name where the first of them holds a UID. */
function byLabels(kind: string, keys: readonly string[], nameLabel?: string): Grouping {
  return ({ labels, namespace }) => {
    const values = keys.map((key) => labels[key] ?? '');
    if (values.includes('')) return undefined;
    const name = (nameLabel && labels[nameLabel]) ?? values.join('/');
    return {
      key: `${namespace}/${kind}/${values.join('/')}`,
      name: `${kind}/${name}`,
      namespace,
      labels: keys.map((key, at) => `${key}=${values[at]}`).join(','),
      isOwned: true,
    };
  };
}

/** The Job controller's label; the short one is of clusters before 1.27. */
const JOB_UID_LABELS = ['batch.kubernetes.io/controller-uid', 'controller-uid'];

function byJob({ labels, namespace, owner }: GangMember) {
  if (owner?.kind !== 'Job' || !owner.controller) return undefined;
  const label = JOB_UID_LABELS.find((key) => labels[key] === owner.uid);
  return {
    key: `${namespace}/Job/${owner.uid}`,
    name: `Job/${owner.name}`,
    namespace,
    labels: label ? `${label}=${owner.uid}` : OPTED_IN,
    isOwned: true,
  };
}
