import type { ObjectReader, ResourceKind } from '../../functions/cluster/reader.ts';
import { ClusterError } from '../../functions/errors.ts';
import type { Unread } from '../fleet.ts';
import { WORKLOAD_KINDS } from './kinds.ts';
import { at, isRecord, type Raw } from './parse.ts';

export interface ClusterReading {
  readonly raws: readonly Raw[];
  readonly unread: readonly Unread[];
  readonly pods: number;
}

interface Wanted extends ResourceKind {
  /** Of the whole cluster, whatever the namespace. */
  readonly isGlobal?: boolean;
  /** Without it nothing can be judged. */
  readonly isNeeded?: boolean;
}

const WANTED: readonly Wanted[] = [
  ...WORKLOAD_KINDS.map((kind) => ({ ...kind, isNeeded: !kind.isCustom })),
  { group: 'policy', version: 'v1', plural: 'poddisruptionbudgets' },
  { group: 'autoscaling', version: 'v2', plural: 'horizontalpodautoscalers' },
  { group: '', version: 'v1', plural: 'nodes', isGlobal: true },
  { group: 'karpenter.sh', version: 'v1', plural: 'nodepools', isGlobal: true },
];

/** Where Cluster Autoscaler lives, whichever namespace is looked at. */
const SYSTEM = 'kube-system';
const DEPLOYMENTS: ResourceKind = { group: 'apps', version: 'v1', plural: 'deployments' };

/**
 * Everything that the rules look at, page by page; it writes nothing. What may not be read is said rather than judged.
 * Throws `ClusterError` when workloads cannot be read.
 */
export async function readCluster(reader: ObjectReader, namespace?: string): Promise<ClusterReading> {
  const scope = namespace === undefined ? {} : { namespace };
  const groups = await reader.groups();
  const raws: Raw[] = [];
  const unread: Unread[] = [];
  for (const { isGlobal = false, isNeeded = false, ...kind } of WANTED) {
    if (!groups.get(kind.group)?.includes(kind.version)) continue;
    try {
      for await (const object of reader.list(kind, isGlobal ? {} : scope))
        if (!hasEnded(object)) raws.push({ object: withKind(object, kind) });
    } catch (error) {
      if (!(error instanceof ClusterError) || error.fault !== 'forbidden' || isNeeded) throw sayRole(error);
      unread.push({ resource: kind.plural, reason: 'the identity in use may not list them' });
    }
  }
  if (namespace !== undefined && namespace !== SYSTEM)
    for await (const object of reader.list(DEPLOYMENTS, { namespace: SYSTEM }))
      raws.push({ object: withKind(object, DEPLOYMENTS) });
  const { loose, pods } = await readLoosePods(reader, scope);
  return { raws: [...raws, ...loose], unread, pods };
}

function sayRole(error: unknown): unknown {
  if (!(error instanceof ClusterError) || error.fault !== 'forbidden') return error;
  const problem = error.message.split('. The ClusterRole')[0];
  return new ClusterError('forbidden', `${problem}. infra/k8s/audit.yaml holds what the audit reads.`);
}

/** Kinds whose pods are judged by their template, or not at all. */
const KNOWN_OWNERS = new Set([...WORKLOAD_KINDS.map(({ kind }) => kind), 'ReplicaSet', 'DaemonSet', 'Node']);

/** Pods that no kind above stands for: one of each owner is enough. */
async function readLoosePods(reader: ObjectReader, scope: { readonly namespace?: string }) {
  const loose = new Map<string, Raw>();
  let pods = 0;
  const kind = { group: '', version: 'v1', plural: 'pods' };
  for await (const object of reader.list(kind, scope)) {
    pods += 1;
    const owner = controllerOf(object);
    if (hasEnded(object) || KNOWN_OWNERS.has(String(owner?.kind))) continue;
    const key = `${at(object, ['metadata', 'namespace'])} ${owner?.uid ?? at(object, ['metadata', 'uid'])}`;
    if (!loose.has(key)) loose.set(key, { object: { ...toRecord(object), apiVersion: 'v1', kind: 'Pod' } });
  }
  return { loose: [...loose.values()], pods };
}

function controllerOf(object: unknown): Readonly<Record<string, unknown>> | undefined {
  const owners = at(object, ['metadata', 'ownerReferences']);
  return (Array.isArray(owners) ? owners : []).filter(isRecord).find(({ controller }) => controller === true);
}

function hasEnded(object: unknown): boolean {
  const phase = at(object, ['status', 'phase']);
  const conditions = at(object, ['status', 'conditions']);
  const hasFinished = (Array.isArray(conditions) ? conditions : []).some(
    (each) =>
      ['Complete', 'Failed', 'Completed'].includes(String(at(each, ['type']))) &&
      at(each, ['status']) === 'True',
  );
  return phase === 'Succeeded' || phase === 'Failed' || hasFinished;
}

/** Entries of a list do not say what they are. */
function withKind(object: unknown, { group, plural, version }: ResourceKind): object {
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const known = WORKLOAD_KINDS.find((each) => each.group === group && each.plural === plural);
  return { ...toRecord(object), apiVersion, kind: known?.kind ?? KINDS[plural] ?? plural };
}

const KINDS: Readonly<Record<string, string>> = {
  poddisruptionbudgets: 'PodDisruptionBudget',
  horizontalpodautoscalers: 'HorizontalPodAutoscaler',
  nodes: 'Node',
  nodepools: 'NodePool',
};

/** Without what the server keeps for itself, which is most of an object's size. */
function toRecord(object: unknown): Record<string, unknown> {
  const { status: _status, metadata, ...rest } = isRecord(object) ? object : {};
  const { managedFields: _fields, ...kept } = isRecord(metadata) ? metadata : {};
  return { ...rest, metadata: kept };
}
