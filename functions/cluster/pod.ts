import type {
  V1Container,
  V1NodeSelectorRequirement,
  V1OwnerReference,
  V1Pod,
  V1Toleration,
} from '@kubernetes/client-node/dist/gen/index.js';
import { countGpus } from './gpus.ts';
import type { NodeRequirement, OwnerReference, Pod, Toleration, Waiting } from './objects.ts';

const DEFAULT_GRACE_SECONDS = 30;
const PHASES: readonly Pod['phase'][] = ['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'];

/** What the domain needs of a pod, Kubernetes' defaults filled in. */
export function toPod({ metadata = {}, spec, status }: V1Pod): Pod {
  const owner = metadata.ownerReferences?.find((each) => each.controller) ?? metadata.ownerReferences?.[0];
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  const waiting = toWaiting(spec, status);
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    nodeName: spec?.nodeName ?? '',
    phase: PHASES.find((phase) => phase === status?.phase) ?? 'Unknown',
    ready: status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    gracePeriodSeconds: spec?.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS,
    priority: spec?.priority ?? 0,
    tolerations: (spec?.tolerations ?? []).map(toToleration),
    usesEmptyDir: spec?.volumes?.some((volume) => volume.emptyDir !== undefined) ?? false,
    gpus: (spec?.containers ?? []).reduce((sum, container) => sum + gpusOf(container), 0),
    ...(metadata.creationTimestamp && { createdAt: metadata.creationTimestamp }),
    ...(status?.startTime && { startedAt: status.startTime }),
    ...(waiting && { waiting }),
    ...(owner && { owner: toOwner(owner) }),
    ...(deletionTimestamp && { deletionTimestamp }),
    ...(deletionGracePeriodSeconds !== undefined && { deletionGracePeriodSeconds }),
    ...(spec?.priorityClassName && { priorityClassName: spec.priorityClassName }),
  };
}

function toWaiting(spec: V1Pod['spec'], status: V1Pod['status']): Waiting | undefined {
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (spec?.nodeName || scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable')
    return undefined;
  const terms =
    spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return {
    since: scheduled.lastTransitionTime ?? new Date(0),
    nodeSelector: spec?.nodeSelector ?? {},
    nodeTerms: (terms ?? []).map(({ matchExpressions }) => (matchExpressions ?? []).map(toRequirement)),
  };
}

function toRequirement({ key, operator, values }: V1NodeSelectorRequirement): NodeRequirement {
  return { key, operator, values: values ?? [] };
}

function toOwner({ kind, name, uid, controller }: V1OwnerReference): OwnerReference {
  return { kind, name, uid, controller: controller ?? false };
}

function toToleration({ key, operator, value, effect }: V1Toleration): Toleration {
  return {
    ...(key !== undefined && { key }),
    ...(operator !== undefined && { operator }),
    ...(value !== undefined && { value }),
    ...(effect !== undefined && { effect }),
  };
}

/** A limit alone is a request too. */
function gpusOf({ resources }: V1Container): number {
  return countGpus({ ...resources?.limits, ...resources?.requests });
}
