import { type CheckpointOutcome, type Release, reportTraining } from '../checkpoint/outcome.ts';
import { workloadOf } from '../cluster/workload.ts';
import type { PodDecision, PodOutcome, PodReport } from './outcome.ts';

/** The facts about one pod, gathered while the drain runs. What became of the pod is derived from them. */
export interface PodRecord {
  readonly decision: PodDecision;
  /** Aborts when the pod needs no more attempts of ours: it is stopping, or gone. */
  readonly handled: AbortController;
  gracePeriodSeconds?: number;
  /** Set when a pod that was held for its job's save may go. */
  release?: Release;
  /** A first eviction request was sent. */
  sent?: true;
  /** A request is under way. */
  asking?: boolean;
  /** When an answer last got lost or was unclear: the server may have acted all the same. */
  uncertainSince?: Date;
  /** When the pod was first seen to be stopping. */
  stoppingAt?: Date;
  /** When the server accepted our eviction or deletion. */
  acceptedAt?: Date;
  /** Set when we sent a deletion past the budget: what stood in the way. */
  overridden?: string;
  goneAt?: Date;
  /** The latest refusal. */
  obstacle?: Obstacle;
  /** Nothing more can be done for the pod. */
  failure?: string;
  /** A dry run's answer. */
  rehearsed?: PodOutcome;
}

interface Obstacle {
  readonly reason: string;
  readonly budgets: readonly string[];
}

export function openRecord(decision: PodDecision): PodRecord {
  return { decision, handled: new AbortController() };
}

/** True while the drain waits for this pod. */
export function isOpen({ decision, goneAt, failure }: PodRecord): boolean {
  return decision.action !== 'skip' && !goneAt && failure === undefined;
}

/** True when no request of ours can do anything more for the pod. */
export function needsNothing({ failure, handled }: PodRecord): boolean {
  return handled.signal.aborted || failure !== undefined;
}

/** The grace to ask for, in seconds, before the deadline cuts it. */
export function wantedGraceSeconds({ decision, release }: PodRecord): number {
  return release?.grace === 'time-left' ? Infinity : decision.pod.gracePeriodSeconds;
}

/** `unreached` explains a pod that no eviction was answered for. */
export function reportPod(record: PodRecord, unreached: string): PodReport {
  const { decision, gracePeriodSeconds } = record;
  const { namespace, name, uid } = decision.pod;
  const checkpoint = checkpointOf(record);
  const workload = workloadOf(decision.pod);
  return {
    namespace,
    name,
    uid,
    ...(workload !== undefined && { workload }),
    decision: decision.action,
    reason: decision.reason,
    ...('warning' in decision && decision.warning && { warning: decision.warning }),
    ...('hazards' in decision && decision.hazards && { hazards: decision.hazards }),
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(checkpoint && { checkpoint: reportTraining(decision.pod, checkpoint, { stays: false }) }),
    outcome: record.rehearsed ?? outcomeOf(record, unreached),
  };
}

function checkpointOf({ decision, release }: PodRecord): CheckpointOutcome | undefined {
  if (release) return release.checkpoint;
  if (decision.action === 'save-first')
    return { result: 'stopped-early', reason: 'it was going before its job had answered' };
  return decision.action === 'evict' ? decision.training : undefined;
}

function outcomeOf(record: PodRecord, unreached: string): PodOutcome {
  const { acceptedAt, decision, failure, goneAt, handled, obstacle, overridden } = record;
  if (decision.action === 'skip') return { result: 'skipped', reason: decision.reason };
  if (acceptedAt && overridden !== undefined) {
    const budgets = obstacle?.budgets ?? [];
    return { result: 'deleted', acceptedAt, reason: overridden, budgets, ...(goneAt && { goneAt }) };
  }
  if (acceptedAt) {
    return goneAt ? { result: 'evicted', acceptedAt, goneAt } : { result: 'still-terminating', acceptedAt };
  }
  if (goneAt) return { result: 'already-gone', goneAt };
  if (failure !== undefined) return { result: 'failed', reason: failure };
  if (decision.action === 'await' || handled.signal.aborted) return { result: 'still-terminating' };
  return obstacle ? { result: 'blocked', ...obstacle } : { result: 'failed', reason: unreached };
}
