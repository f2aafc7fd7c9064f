import { TAG } from '../../functions/fallback/define/tags.ts';
import { ownerFromLabels, POOL_KEY } from '../../functions/locate/owner.ts';
import { isSpotNode } from '../facts/spot.ts';
import type { NodeGroup, Place } from '../fleet.ts';
import { type AnyObject, type EksctlGroup, eksctlCluster, nodePool } from '../objects.ts';
import { parseAs } from './parse.ts';
import { refOf } from './workload.ts';

type Placed = { readonly object: AnyObject; readonly place?: Place };
type Labels = Readonly<Record<string, string>>;

const TYPE = 'node.kubernetes.io/instance-type';
const ZONE = 'topology.kubernetes.io/zone';
const CAPACITY = 'karpenter.sh/capacity-type';
/** Cluster Autoscaler keeps away from nodes with this annotation. */
const SCALE_DOWN_DISABLED = 'cluster-autoscaler.kubernetes.io/scale-down-disabled';

/** A Karpenter NodePool. Without a word on capacity it buys on demand; a list without `In` limits nothing. */
export function fromNodePool({ object, place }: Placed): NodeGroup {
  const { apiVersion, kind, name } = refOf(object);
  const { spec } = parseAs(nodePool, object, `NodePool ${name}`, place);
  const requirements = spec.template.spec.requirements ?? [];
  const listed = (key: string) =>
    requirements.find((each) => each.key === key && each.operator === 'In')?.values;
  const buys = listed(CAPACITY) ?? ['on-demand'];
  const labels = spec.template.metadata?.labels ?? {};
  return {
    ref: { apiVersion, kind, name },
    ...(place && { place }),
    annotations: object.metadata.annotations ?? {},
    kind: 'karpenter',
    buysSpot: buys.includes('spot'),
    buysOnDemand: buys.includes('on-demand'),
    ...known('types', listed(TYPE)),
    ...known('zones', listed(ZONE)),
    ...roleOf(labels),
    requirements,
  };
}

/** The groups of an eksctl ClusterConfig. */
export function fromEksctl({ object, place }: Placed): readonly NodeGroup[] {
  const { apiVersion, kind, name } = refOf(object);
  const cluster = parseAs(eksctlCluster, object, `ClusterConfig ${name}`, place);
  const toGroup = (group: EksctlGroup): NodeGroup => {
    const mixed = group.instancesDistribution;
    const types =
      mixed?.instanceTypes ?? group.instanceTypes ?? (group.instanceType ? [group.instanceType] : undefined);
    const buysSpot =
      group.spot ?? (mixed !== undefined && (mixed.onDemandPercentageAboveBaseCapacity ?? 100) < 100);
    return {
      ref: { apiVersion, kind, name: `${name}/${group.name}` },
      ...(place && { place }),
      annotations: object.metadata.annotations ?? {},
      kind: 'eksctl',
      buysSpot,
      buysOnDemand: !buysSpot || (mixed?.onDemandBaseCapacity ?? 0) > 0,
      ...known('types', types),
      ...known('zones', group.availabilityZones ?? cluster.availabilityZones),
      ...roleOf({ ...group.labels, ...group.tags }),
    };
  };
  return [...(cluster.managedNodeGroups ?? []), ...(cluster.nodeGroups ?? [])].map(toGroup);
}

/** Fewer nodes of one type are no sign that their group buys no other. */
const LEAST_SEEN = 3;

/** What the nodes that are there say of groups that no object of the cluster describes. */
export function fromNodes(nodes: readonly AnyObject[]): readonly NodeGroup[] {
  const byGroup = Map.groupBy(nodes, ({ metadata }) => {
    const owner = ownerFromLabels(metadata.labels ?? {});
    return owner.type === 'managed-node-group' ? owner.nodeGroup : undefined;
  });
  return [...byGroup].flatMap(([name, members]) => {
    if (name === undefined) return [];
    const labels = members.map(({ metadata }) => metadata.labels ?? {});
    const seen = (key: string) => [...new Set(labels.flatMap((each) => each[key] ?? []))];
    const isSeen = members.length >= LEAST_SEEN;
    const buysSpot = labels.some(isSpotNode);
    const alone = members.every(({ metadata }) => metadata.annotations?.[SCALE_DOWN_DISABLED] === 'true');
    const group: NodeGroup = {
      ref: { apiVersion: 'eks.amazonaws.com', kind: 'NodeGroup', name },
      annotations: {},
      kind: 'observed',
      buysSpot,
      buysOnDemand: !labels.every(isSpotNode),
      ...(isSeen && { types: seen(TYPE), zones: seen(ZONE) }),
      ...roleOf(labels[0] ?? {}),
      isLeftAlone: alone,
      nodes: members.map(({ metadata }) => metadata.name ?? ''),
    };
    return [group];
  });
}

function known(key: 'types' | 'zones', values: readonly string[] | undefined) {
  return values === undefined ? {} : { [key]: values };
}

/** What labels or tags say of the fallback's pools. */
export function roleOf(labels: Labels) {
  const pool = labels[POOL_KEY];
  return {
    ...(pool !== undefined && { pool }),
    isFallback: labels[TAG.role] === 'fallback',
    isLeftAlone: false,
  };
}
