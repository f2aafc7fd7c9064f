import { gangOf } from '../checkpoint/gang.ts';
import { readOptIn } from '../checkpoint/opt-in.ts';
import type { CheckpointOutcome } from '../checkpoint/outcome.ts';
import type { Pod, Toleration } from '../cluster/objects.ts';
import type { DrainPlan, Hazard, PlanContext, PodDecision, SkipReason } from './outcome.ts';
import { TAINT_KEY } from './taint.ts';

/** Decides for every pod of a node; pure. Acting on the plan, or rehearsing it, is `executePlan`'s work. */
export function planDrain(pods: readonly Pod[], chosen: Omit<PlanContext, 'savingGangs'>): DrainPlan {
  const savingGangs = new Set(pods.filter(hasOptedIn).map((pod) => gangOf(pod).key));
  const context = { ...chosen, savingGangs };
  return { context, decisions: pods.map((pod) => decidePod(pod, context)) };
}

/** The first filter with an opinion decides; a pod that none holds back is evicted. */
export function decidePod(pod: Pod, context: PlanContext): PodDecision {
  for (const filter of FILTERS) {
    const decision = filter(pod, context);
    if (decision) return decision;
  }
  return evict(pod, context);
}

type Filter = (pod: Pod, context: PlanContext) => PodDecision | undefined;

/**
 * The order matters: what the node itself runs comes first, then what needs no help any more, then what its
 * owner asked for, what an eviction would destroy, and last what must not go yet.
 */
const FILTERS: readonly Filter[] = [
  leaveMirrorPod,
  leaveDaemonSetPod,
  leaveFinishedPod,
  awaitTerminatingPod,
  respectDoNotEvict,
  spareBarePod,
  saveTraining,
  spareEmptyDirPod,
];

/** The kubelet runs it from a file; the API object is only its reflection. */
function leaveMirrorPod(pod: Pod): PodDecision | undefined {
  return MIRROR_ANNOTATION in pod.annotations ? skip(pod, 'mirror-pod') : undefined;
}

/** Its controller ignores `unschedulable` and would put it straight back. */
function leaveDaemonSetPod(pod: Pod): PodDecision | undefined {
  return isControlledBy(pod, 'DaemonSet') ? skip(pod, 'daemonset-pod') : undefined;
}

function leaveFinishedPod(pod: Pod): PodDecision | undefined {
  return pod.phase === 'Succeeded' || pod.phase === 'Failed' ? skip(pod, 'finished') : undefined;
}

/** EKS drains managed spot nodes itself at the notice: a second eviction could only shorten the pod's grace. */
function awaitTerminatingPod(pod: Pod): PodDecision | undefined {
  return pod.deletionTimestamp ? { action: 'await', reason: 'already-terminating', pod } : undefined;
}

/**
 * On a soft signal the owner's wish stands. On a hard one the node dies under the pod anyway, so only a pod that
 * also tolerates our taint, and so declares that it knows, is left to it.
 */
function respectDoNotEvict(pod: Pod, { severity }: PlanContext): PodDecision | undefined {
  if (severity === 'soft') return asksToStay(pod) ? skip(pod, 'do-not-evict') : undefined;
  if (!asksNotToBeEvicted(pod)) return undefined;
  if (!pod.tolerations.some(toleratesOurTaint)) return undefined;
  return skip(pod, 'do-not-evict', 'stays on a node that is about to go, as it asked');
}

/** A soft signal may not come true: it is no reason to destroy what cannot come back. */
function spareBarePod(pod: Pod, { severity }: PlanContext): PodDecision | undefined {
  return severity === 'soft' && isBare(pod)
    ? skip(pod, 'bare-pod-on-soft-signal', WARNINGS['no-controller'])
    : undefined;
}

function spareEmptyDirPod(pod: Pod, { movesEmptyDirs, severity }: PlanContext): PodDecision | undefined {
  if (severity !== 'soft' || movesEmptyDirs || !pod.usesEmptyDir) return undefined;
  return skip(pod, 'empty-dir-on-soft-signal', WARNINGS['empty-dir']);
}

/**
 * A rank that goes alone takes its peers' save along, so pods of a saving gang wait even without the label. Opting in
 * says that what the pod holds is saved: its emptyDir keeps it on no node.
 */
function saveTraining(pod: Pod, { checkpoint, savingGangs }: PlanContext): PodDecision | undefined {
  const isMember = hasOptedIn(pod) || (savingGangs.size > 0 && savingGangs.has(gangOf(pod).key));
  if (!isMember || checkpoint === 'none') return undefined;
  if (checkpoint === 'save-and-stay') return skip(pod, 'training-stays');
  return { action: 'save-first', reason: 'training, saves first', pod, ...warnOf(pod) };
}

function hasOptedIn(pod: Pod): boolean {
  return readOptIn(pod).type === 'opted-in';
}

function skip(pod: Pod, reason: SkipReason, warning?: string): PodDecision {
  return { action: 'skip', reason, pod, ...(warning && { warning }) };
}

/** What the cluster itself needs, such as CoreDNS, goes last, so that the others can stop in good order. */
function evict(pod: Pod, context: PlanContext): PodDecision {
  const critical = isSystemCritical(pod);
  const training = whyNotAsked(pod, context);
  return {
    action: 'evict',
    reason: critical ? 'system-critical, last' : 'evictable',
    pod,
    wave: critical ? 1 : 0,
    ...warnOf(pod),
    ...(training && { training }),
  };
}

function whyNotAsked(pod: Pod, { checkpoint }: PlanContext): CheckpointOutcome | undefined {
  const optIn = readOptIn(pod);
  if (optIn.type === 'unprotected') return { result: 'not-opted-in', reason: optIn.reason };
  if (optIn.type === 'not-training' || checkpoint !== 'none') return undefined;
  return { result: 'not-asked', reason: 'the instance is already going' };
}

/** Every hazard is named, not only the first: the user reads this after the fact. */
function warnOf(pod: Pod): { readonly warning?: string; readonly hazards?: readonly Hazard[] } {
  const hazards = hazardsOf(pod);
  return hazards.length > 0 ? { warning: hazards.map((hazard) => WARNINGS[hazard]).join('; '), hazards } : {};
}

function hazardsOf(pod: Pod): Hazard[] {
  return [
    ...(asksNotToBeEvicted(pod) ? (['asked-to-stay'] as const) : []),
    ...(isBare(pod) ? (['no-controller'] as const) : []),
    ...(pod.usesEmptyDir ? (['empty-dir'] as const) : []),
  ];
}

const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';
const DO_NOT_EVICT_ANNOTATION = 'spot-responder/do-not-evict';
const WARNINGS: Readonly<Record<Hazard, string>> = {
  'asked-to-stay': 'asked not to be evicted, but the node goes',
  'no-controller': 'no controller will recreate it',
  'empty-dir': 'its emptyDir data is lost with the pod',
};

function asksNotToBeEvicted(pod: Pod): boolean {
  return pod.annotations[DO_NOT_EVICT_ANNOTATION] === 'true';
}

/** The autoscalers' own words for it too: they mean what may wait, as a soft signal may. */
function asksToStay(pod: Pod): boolean {
  const { annotations } = pod;
  return (
    asksNotToBeEvicted(pod) ||
    annotations['karpenter.sh/do-not-disrupt'] === 'true' ||
    annotations['cluster-autoscaler.kubernetes.io/safe-to-evict'] === 'false'
  );
}

function isBare(pod: Pod): boolean {
  return !pod.owner?.controller;
}

function isControlledBy(pod: Pod, kind: string): boolean {
  return pod.owner?.controller === true && pod.owner.kind === kind;
}

/** As the scheduler reads a toleration, but any value of our key counts: the kind of interruption is not foreseeable. */
function toleratesOurTaint({ key, operator, effect }: Toleration): boolean {
  if (effect && effect !== 'NoSchedule') return false;
  return key ? key === TAINT_KEY : operator === 'Exists';
}

const SYSTEM_CRITICAL_CLASSES = ['system-cluster-critical', 'system-node-critical'];
/** Kubernetes reserves priorities from here upwards for its own classes. */
const SYSTEM_CRITICAL_PRIORITY = 2_000_000_000;

function isSystemCritical({ priority, priorityClassName }: Pod): boolean {
  const named = priorityClassName !== undefined && SYSTEM_CRITICAL_CLASSES.includes(priorityClassName);
  return named || priority >= SYSTEM_CRITICAL_PRIORITY;
}
