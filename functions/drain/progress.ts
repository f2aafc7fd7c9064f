import type { PodRef } from '../cluster/objects.ts';

/** One thing that happened during a drain, as it happens, for a live timeline. */
export interface DrainProgress {
  readonly type: DrainMoment;
  readonly at: Date;
  readonly pod?: PodRef;
  readonly detail?: string;
  /** Of `blocked`: the budgets in the way, where they are known. */
  readonly budgets?: readonly string[];
}

type DrainMoment =
  /** The pod's first eviction request leaves. */
  | 'evict-sent'
  /** The server took the eviction or the deletion: the pod is stopping. */
  | 'accepted'
  /** A budget stands in the way; told once, and again when other budgets do. */
  | 'blocked'
  /** The server could not answer; told once a pod. */
  | 'retrying'
  /** No eviction will ever be accepted for this pod. */
  | 'refused'
  /** The last safe moment: the pod is deleted past its budget. */
  | 'override'
  | 'gone'
  /** A pod that was bound to the node after the list. */
  | 'found'
  /** The watch broke; a list follows. */
  | 'watch-lost';
