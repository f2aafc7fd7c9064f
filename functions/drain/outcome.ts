import type { CheckpointOutcome, CheckpointResponse, TrainingOutcome } from '../checkpoint/outcome.ts';
import type { Pod } from '../cluster/objects.ts';
import type { Severity } from '../signals/interruption.ts';

/** What the plan wants for one pod, and why. */
export type PodDecision =
  | { readonly action: 'skip'; readonly reason: SkipReason; readonly pod: Pod; readonly warning?: string }
  /** Another drainer's, or already on its way: counted and watched, never touched. */
  | { readonly action: 'await'; readonly reason: 'already-terminating'; readonly pod: Pod }
  /** Its training job is asked to save first; the pod is evicted when that is done, or when its time is up. */
  | {
      readonly action: 'save-first';
      readonly reason: string;
      readonly pod: Pod;
      readonly warning?: string;
      readonly hazards?: readonly Hazard[];
    }
  | {
      readonly action: 'evict';
      readonly reason: string;
      readonly pod: Pod;
      /** 0 first; system-critical pods are in the last wave. */
      readonly wave: 0 | 1;
      readonly warning?: string;
      /** Why a pod that trains, or looks like it, is not asked to save. */
      readonly training?: CheckpointOutcome;
      readonly hazards?: readonly Hazard[];
    };

/** What an eviction costs that a new pod does not bring back. */
export type Hazard = 'no-controller' | 'empty-dir' | 'asked-to-stay';

export type SkipReason =
  | 'mirror-pod'
  | 'daemonset-pod'
  | 'finished'
  | 'do-not-evict'
  | 'training-stays'
  | 'bare-pod-on-soft-signal'
  | 'empty-dir-on-soft-signal';

/** Pure data: acted on for real, or sent with `dryRun=All`, by the same code. */
export interface DrainPlan {
  readonly decisions: readonly PodDecision[];
  /** What decided, for pods that turn up later. */
  readonly context: PlanContext;
}

export interface PlanContext {
  readonly severity: Severity;
  readonly checkpoint: CheckpointResponse;
  /** On a soft signal too: the node is emptied for good, not on suspicion. @default false */
  readonly movesEmptyDirs?: boolean;
  /** Keys of the gangs that have a pod on the node that opted in: their other pods are held as well. */
  readonly savingGangs: ReadonlySet<string>;
}

/** What became of one pod. */
export type PodOutcome =
  | { readonly result: 'evicted'; readonly acceptedAt: Date; readonly goneAt?: Date }
  /** Deleted past its budget near a hard deadline. */
  | {
      readonly result: 'deleted';
      readonly acceptedAt: Date;
      readonly goneAt?: Date;
      readonly reason: string;
      readonly budgets: readonly string[];
    }
  /** Gone by another's hand before we acted. */
  | { readonly result: 'already-gone'; readonly goneAt: Date }
  | { readonly result: 'blocked'; readonly reason: string; readonly budgets: readonly string[] }
  | { readonly result: 'still-terminating'; readonly acceptedAt?: Date }
  | { readonly result: 'failed'; readonly reason: string }
  | { readonly result: 'skipped'; readonly reason: string }
  /** The server accepted the dry run of the eviction. */
  | { readonly result: 'would-evict' }
  | { readonly result: 'would-be-blocked'; readonly reason: string; readonly budgets: readonly string[] };

export interface PodReport {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** `Deployment/llm`; absent for a pod that nothing controls. */
  readonly workload?: string;
  readonly decision: PodDecision['action'];
  readonly reason: string;
  readonly warning?: string;
  readonly hazards?: readonly Hazard[];
  /** Grace that the eviction carried, seconds. */
  readonly gracePeriodSeconds?: number;
  /** For training pods: what became of the request to save, and what the pod's going costs its job. */
  readonly checkpoint?: TrainingOutcome;
  readonly outcome: PodOutcome;
}

export type DrainEnd =
  /** Nothing evictable is left on the node. */
  | 'emptied'
  /** Every pod accepted, some still stopping at the deadline. */
  | 'still-terminating'
  /** At least one pod could not be moved (soft: budget; hard: budget and override refused). */
  | 'blocked'
  /** Dry run: the plan was validated by the server. */
  | 'planned'
  /** Our lease was lost, or we were told to stop; another run goes on. */
  | 'interrupted';

export interface DrainReport {
  readonly end: DrainEnd;
  readonly pods: readonly PodReport[];
  readonly firstEvictionAt?: Date;
  readonly lastEvictionAt?: Date;
  readonly emptiedAt?: Date;
}
