import { isClusterAutoscaler } from '../facts/autoscaler.ts';
import type { Budgeted, Fleet, NodeGroup, Unread, Workload } from '../fleet.ts';
import { type AnyObject, anyObject, budget, horizontalAutoscaler } from '../objects.ts';
import { fromEksctl, fromNodePool, fromNodes } from './groups.ts';
import { kindOf } from './kinds.ts';
import { parseAs, type Raw, withoutNulls } from './parse.ts';
import { onNodes, spotDoors } from './spot-nodes.ts';
import { podAsWorkload, refOf, toWorkloads } from './workload.ts';

/** Namespaces of the cluster's own parts, judged only when asked for by name. */
const SYSTEM_NAMESPACES = ['kube-system', 'kube-node-lease', 'kube-public'];

export interface Assembling {
  readonly name: string;
  /** Only workloads of this one. */
  readonly namespace?: string;
  readonly unread?: readonly Unread[];
  /** Node groups that AWS describes: their nodes tell no more of them. */
  readonly awsGroups?: readonly NodeGroup[];
}

/** Everything that the rules look at, from the objects in any order. Throws `ConfigurationError`. */
export function assembleFleet(
  raws: readonly Raw[],
  { awsGroups = [], name, namespace, unread = [] }: Assembling,
): Fleet {
  const objects = raws.map(toObject);
  const of = (kind: string, group: string) =>
    objects.filter(({ object }) => object.kind === kind && object.apiVersion.startsWith(group));
  const fewest = lowestScales(of('HorizontalPodAutoscaler', 'autoscaling/'));
  const nodes = of('Node', 'v1').map(({ object }) => object);
  const doors = spotDoors(nodes);
  const workloads = objects
    .flatMap(({ object, place }) => readWorkloads(object, place))
    .map((workload) => withAutoscaler(workload, fewest))
    .map((workload) => onNodes(workload, doors));
  const isWanted = ({ ref }: Workload) =>
    namespace === undefined ? !SYSTEM_NAMESPACES.includes(ref.namespace ?? '') : ref.namespace === namespace;
  return {
    name,
    workloads: workloads.filter(isWanted),
    budgets: of('PodDisruptionBudget', 'policy/').map(toBudgeted),
    groups: [
      ...of('NodePool', 'karpenter.sh/').map(fromNodePool),
      ...of('ClusterConfig', 'eksctl.io/').flatMap(fromEksctl),
      ...awsGroups,
      ...fromNodes(nodes).filter(({ ref }) => !awsGroups.some((group) => group.ref.name === ref.name)),
    ],
    autoscalers: workloads.filter(isClusterAutoscaler),
    unread,
  };
}

interface Placed extends Pick<Raw, 'place'> {
  readonly object: AnyObject;
}

function toObject({ object, place }: Raw): Placed {
  return { object: parseAs(anyObject, withoutNulls(object), 'an object', place), ...(place && { place }) };
}

function readWorkloads(object: AnyObject, place: Raw['place']): readonly Workload[] {
  const kind = kindOf(object.apiVersion, object.kind);
  const owner = object.metadata.ownerReferences?.find(({ controller }) => controller);
  if (kind) return isPartOfAnother(object) ? [] : toWorkloads(object, kind, place);
  if (object.apiVersion !== 'v1' || object.kind !== 'Pod') return [];
  return [podAsWorkload(object, owner && `${owner.kind}/${owner.name}`, place)];
}

/** A CronJob's Job is judged with its CronJob. */
const MAKERS = [
  'CronJob',
  'JobSet',
  'LeaderWorkerSet',
  'MPIJob',
  'PyTorchJob',
  'RayCluster',
  'RayJob',
  'Rollout',
];

function isPartOfAnother({ metadata }: AnyObject): boolean {
  return (
    metadata.ownerReferences?.some(({ controller, kind }) => controller && MAKERS.includes(kind)) ?? false
  );
}

function lowestScales(autoscalers: readonly Placed[]): ReadonlyMap<string, Workload['autoscaled']> {
  const entries = autoscalers.map(({ object, place }): [string, Workload['autoscaled']] => {
    const ref = refOf(object);
    const who = `HorizontalPodAutoscaler ${ref.namespace}/${ref.name}`;
    const { spec } = parseAs(horizontalAutoscaler, object, who, place);
    const { kind, name } = spec.scaleTargetRef;
    return [`${kind} ${ref.namespace}/${name}`, { ref, fewest: spec.minReplicas ?? 1 }];
  });
  return new Map(entries);
}

function withAutoscaler(workload: Workload, fewest: ReturnType<typeof lowestScales>): Workload {
  const { kind, name, namespace } = workload.ref;
  const autoscaled = fewest.get(`${kind} ${namespace}/${name}`);
  return autoscaled ? { ...workload, autoscaled } : workload;
}

function toBudgeted({ object, place }: Placed): Budgeted {
  const ref = refOf(object);
  const { spec } = parseAs(budget, object, `PodDisruptionBudget ${ref.namespace}/${ref.name}`, place);
  return { ref, ...(place && { place }), annotations: object.metadata.annotations ?? {}, budget: spec };
}
