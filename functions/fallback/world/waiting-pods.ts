import type { ClusterNode, NodeRequirement, Pod, Taint, Toleration } from '../../cluster/objects.ts';
import { POOL_KEY } from '../../locate/owner.ts';
import { isPlaceholder } from './placeholders.ts';

/** What a new node of a pool would look like: taken from a node that it has. */
export interface NodeTemplate {
  readonly labels: ClusterNode['labels'];
  readonly taints: readonly Taint[];
}

export interface Claimant {
  readonly key: string;
  readonly name: string;
  readonly countsGpus: boolean;
  readonly templates: readonly NodeTemplate[];
}

/**
 * Which pool each waiting pod waits for; pure. A pod that names a pool by its label `spot-responder/pool` belongs to that one. Else
 * only pods with GPUs count, for the first pool in the order of names whose nodes they fit: a pod counted twice would be
 * bought for twice.
 */
export function sortWaitingPods(
  pods: readonly Pod[],
  pools: readonly Claimant[],
): ReadonlyMap<string, readonly Pod[]> {
  const ordered = pools.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const sorted = new Map<string, Pod[]>();
  for (const pod of pods) {
    const pool = ordered.find((each) => isFor(pod, each));
    if (pool) sorted.set(pool.key, [...(sorted.get(pool.key) ?? []), pod]);
  }
  return sorted;
}

function isFor(pod: Pod, { countsGpus, name, templates }: Claimant): boolean {
  if (!pod.waiting || pod.deletionTimestamp || isPlaceholder(pod)) return false;
  const named = poolsNamedBy(pod);
  if (named.length > 0) return named.includes(name);
  if (!countsGpus || pod.gpus === 0) return false;
  return templates.some((template) => fits(pod, template));
}

function poolsNamedBy({ waiting }: Pod): readonly string[] {
  const chosen = waiting?.nodeSelector[POOL_KEY];
  if (chosen !== undefined) return [chosen];
  const required = (waiting?.nodeTerms ?? []).flat();
  return required
    .filter(({ key, operator }) => key === POOL_KEY && operator === 'In')
    .flatMap(({ values }) => values);
}

function fits({ tolerations, waiting }: Pod, { labels, taints }: NodeTemplate): boolean {
  const { nodeSelector = {}, nodeTerms = [] } = waiting ?? {};
  const selected = Object.entries(nodeSelector).every(([key, value]) => labels[key] === value);
  const affine =
    nodeTerms.length === 0 || nodeTerms.some((term) => term.every((each) => holds(each, labels)));
  return selected && affine && taints.every((taint) => tolerations.some((each) => tolerates(each, taint)));
}

function holds({ key, operator, values }: NodeRequirement, labels: ClusterNode['labels']): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return Number(value) > Number(values[0]);
    case 'Lt':
      return Number(value) < Number(values[0]);
    default:
      return false;
  }
}

function tolerates({ effect, key, operator = 'Equal', value = '' }: Toleration, taint: Taint): boolean {
  if (effect && effect !== taint.effect) return false;
  if (!key) return operator === 'Exists';
  return key === taint.key && (operator === 'Exists' || value === (taint.value ?? ''));
}
