import { z } from 'zod';

/**
 * The Kubernetes objects the simulator keeps, as their JSON. Loose: a field we do not name is kept as it came.
 * Schemas, because a patch may turn an object into anything and must be parsed again before it is stored.
 */

const ownerReference = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().optional(),
});

const strings = z.record(z.string(), z.string());

const metadata = z.looseObject({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string(),
  resourceVersion: z.string(),
  generation: z.number().optional(),
  creationTimestamp: z.string(),
  deletionTimestamp: z.string().optional(),
  deletionGracePeriodSeconds: z.number().optional(),
  labels: strings.default({}),
  annotations: strings.default({}),
  ownerReferences: z.array(ownerReference).optional(),
});

const condition = z.looseObject({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  message: z.string().optional(),
  lastTransitionTime: z.string().nullish(),
});

const taint = z.looseObject({
  key: z.string(),
  value: z.string().optional(),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
  timeAdded: z.string().nullish(),
});

const toleration = z.looseObject({
  key: z.string().optional(),
  operator: z.string().optional(),
  value: z.string().optional(),
  effect: z.string().optional(),
  tolerationSeconds: z.number().optional(),
});

export const nodeSchema = z.looseObject({
  kind: z.literal('Node'),
  apiVersion: z.literal('v1'),
  metadata,
  spec: z.looseObject({
    providerID: z.string(),
    unschedulable: z.boolean().optional(),
    taints: z.array(taint).optional(),
  }),
  status: z.looseObject({
    conditions: z.array(condition),
    allocatable: strings,
    capacity: strings,
  }),
});

const container = z.looseObject({
  name: z.string(),
  image: z.string(),
  resources: z.looseObject({ requests: strings.optional(), limits: strings.optional() }),
});

export const podSchema = z.looseObject({
  kind: z.literal('Pod'),
  apiVersion: z.literal('v1'),
  metadata,
  spec: z.looseObject({
    nodeName: z.string().optional(),
    containers: z.array(container),
    volumes: z.array(z.looseObject({ name: z.string() })).optional(),
    terminationGracePeriodSeconds: z.number(),
    priorityClassName: z.string().optional(),
    priority: z.number(),
    tolerations: z.array(toleration).optional(),
  }),
  status: z.looseObject({
    phase: z.enum(['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown']),
    conditions: z.array(condition),
  }),
});

export type Condition = z.infer<typeof condition>;
export type NodeObject = z.infer<typeof nodeSchema>;
export type PodObject = z.infer<typeof podSchema>;
export type NodeTaint = z.infer<typeof taint>;
export type PodToleration = z.infer<typeof toleration>;
export type Metadata = z.infer<typeof metadata>;

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
    readonly values?: readonly string[];
  }[];
}

export interface BudgetSpec {
  readonly minAvailable?: number | string;
  readonly maxUnavailable?: number | string;
  readonly selector?: LabelSelector;
  readonly unhealthyPodEvictionPolicy?: 'IfHealthyBudget' | 'AlwaysAllow';
}

/** A budget as stored; the counts of its status are worked out from the pods when it is read. */
export interface BudgetObject {
  readonly kind: 'PodDisruptionBudget';
  readonly apiVersion: 'policy/v1';
  readonly metadata: Metadata;
  readonly spec: BudgetSpec;
  readonly status: {
    readonly observedGeneration: number;
    /** Pods whose eviction was let through, by name, with the time. */
    readonly disruptedPods?: Readonly<Record<string, string>>;
  };
}

/** What every stored object has. */
export interface StoredObject {
  readonly metadata: Metadata;
}

/** Kubernetes writes times in whole seconds. */
export function formatTime(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}

export function isReady(pod: PodObject): boolean {
  return pod.status.conditions.some((each) => each.type === 'Ready' && each.status === 'True');
}

/** Sets or replaces the condition of that type, keeping the order of the others. */
export function withCondition(conditions: readonly Condition[], wanted: Condition): Condition[] {
  const found = conditions.some((each) => each.type === wanted.type);
  return found
    ? conditions.map((each) => (each.type === wanted.type ? wanted : each))
    : [...conditions, wanted];
}

/** An empty map is no field on the real server: a patch must add the map before it can add to it. */
export function omitEmptyMaps({ metadata, ...rest }: StoredObject): object {
  const isEmpty = (value: unknown) =>
    typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  const kept = Object.entries(metadata).filter(([, value]) => !isEmpty(value));
  return { ...rest, metadata: Object.fromEntries(kept) };
}
