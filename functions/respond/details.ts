import { POD_RESULTS } from '../announce/fields.ts';
import type { Detail } from '../announce/schema.ts';
import type { CheckpointMoment } from '../checkpoint/moment.ts';
import type { TrainingOutcome } from '../checkpoint/outcome.ts';
import type { PodReport } from '../drain/outcome.ts';
import type { LocatedInstance, NodeOwner } from '../locate/located.ts';
import type { Interruption } from '../signals/interruption.ts';
import type { InterruptionReport } from './report.ts';

type Handled = Detail<'Interruption Handled'>;

/** What is known of an interruption from its notice and, where it was found, its instance. */
export function factsOf(interruption: Interruption, instance: LocatedInstance | undefined) {
  const { account, action, deadline, instanceId, kind, noticedAt, region, severity } = interruption;
  return {
    account,
    region,
    instanceId,
    kind,
    action,
    severity,
    noticedAt,
    ...(deadline && { deadline }),
    ...(instance && placeOf(instance)),
  };
}

function placeOf({ clusterName, instanceType, owner, zone }: LocatedInstance) {
  return {
    cluster: clusterName,
    owner: ownerOf(owner),
    ...(instanceType !== undefined && { instanceType }),
    ...(zone !== undefined && { zone }),
  };
}

/** `undefined` where nothing ended here: another run goes on, or has ended it already. */
export function handledDetail(report: InterruptionReport) {
  const { outcome, drain, finishedAt } = report;
  const type = outcome.type;
  if (type === 'interrupted' || type === 'continued') return undefined;
  if (type === 'joined' || type === 'already-handled') return undefined;
  if (type === 'planned' || type === 'not-ours') return undefined;
  const pods = [...(drain?.pods ?? []).flatMap(podOf), ...stayedOf(report)].toSorted(byBadness);
  const told = pods.slice(0, MOST_PODS);
  return {
    outcome: { type, ...('reason' in outcome && { reason: outcome.reason }) },
    pods: told,
    ...(pods.length > told.length && { podsOmitted: pods.length - told.length }),
    ...(drain?.emptiedAt && { emptiedAt: drain.emptiedAt }),
    finishedAt,
  };
}

const SAVE_EVENTS = {
  flagged: 'Checkpoint Requested',
  saving: 'Checkpoint Progress',
  saved: 'Checkpoint Completed',
  unsaved: 'Checkpoint Missed',
} as const;

/** `undefined` where no gang was asked. */
export function saveDetail({ save, type }: CheckpointMoment) {
  return save && { detailType: SAVE_EVENTS[type], detail: save };
}

/** EventBridge takes 256 KB an event; a pod with its reasons is seldom more than 400 bytes. */
const MOST_PODS = 500;

function ownerOf(owner: NodeOwner): Handled['owner'] {
  switch (owner.type) {
    case 'managed-node-group':
      return { type: owner.type, name: owner.nodeGroup };
    case 'auto-scaling-group':
      return { type: owner.type, name: owner.group };
    case 'karpenter':
    case 'auto-mode':
      return { type: owner.type, name: owner.nodePool };
    case 'unknown':
      return { type: owner.type };
  }
}

/** Training that was asked to save and left to go on, on a node that nobody drained. */
function stayedOf({ drain, training = [] }: InterruptionReport): Handled['pods'] {
  const drained = new Set(drain?.pods.map(({ namespace, name }) => `${namespace}/${name}`));
  return training
    .filter(({ namespace, name }) => !drained.has(`${namespace}/${name}`))
    .map(({ namespace, name, checkpoint }) => {
      return { namespace, name, result: 'skipped', reason: 'stays', ...checkpointOf(checkpoint) };
    });
}

function podOf(pod: PodReport): Handled['pods'] {
  const { namespace, name, workload, reason, warning, hazards, outcome } = pod;
  const { result } = outcome;
  if (result === 'would-evict' || result === 'would-be-blocked') return [];
  return [
    {
      namespace,
      name,
      result,
      reason: 'reason' in outcome ? outcome.reason : reason,
      ...(workload !== undefined && { workload }),
      ...(warning !== undefined && { warning }),
      ...(pod.checkpoint && checkpointOf(pod.checkpoint)),
      ...(hazards && { hazards: [...hazards] }),
      ...('budgets' in outcome && { budgets: [...outcome.budgets] }),
      ...('acceptedAt' in outcome && outcome.acceptedAt && { acceptedAt: outcome.acceptedAt }),
      ...('goneAt' in outcome && outcome.goneAt && { goneAt: outcome.goneAt }),
    },
  ];
}

function checkpointOf(checkpoint: TrainingOutcome): Pick<Handled['pods'][number], 'checkpoint'> {
  const { gang, lost, result } = checkpoint;
  if (result === 'would-ask') return {};
  const { step, uri, reason } = { step: undefined, uri: undefined, reason: undefined, ...checkpoint };
  return {
    checkpoint: {
      result,
      gang,
      lost,
      ...(step !== undefined && { step }),
      ...(uri !== undefined && { uri }),
      ...(reason !== undefined && { reason }),
    },
  };
}

function byBadness(one: Handled['pods'][number], other: Handled['pods'][number]): number {
  return POD_RESULTS.indexOf(one.result) - POD_RESULTS.indexOf(other.result);
}
