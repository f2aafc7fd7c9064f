import type { CheckpointMoment } from '../checkpoint/moment.ts';
import type { TrainingOutcome } from '../checkpoint/outcome.ts';
import type { ClusterNode } from '../cluster/objects.ts';
import type { DrainPlan, DrainReport } from '../drain/outcome.ts';
import type { DrainProgress } from '../drain/progress.ts';
import type { ClusterFault } from '../errors.ts';
import type { LocatedInstance } from '../locate/located.ts';
import type { Interruption } from '../signals/interruption.ts';
import type { Response } from './policy.ts';

/** Every way in which one interruption can end. */
export type Outcome =
  /** Nothing evictable is left on the node. */
  | { readonly type: 'emptied' }
  /** All pods were told to stop, some had not finished when the time was up. */
  | { readonly type: 'still-terminating'; readonly reason: string }
  | { readonly type: 'blocked'; readonly reason: string }
  /** Dry run: what would be done, validated by the API server. */
  | { readonly type: 'planned' }
  | { readonly type: 'cordoned'; readonly reason: string }
  | { readonly type: 'told'; readonly reason: string }
  /** The notice was cancelled, or the instance is back: our cordon was taken back. */
  | { readonly type: 'uncordoned' }
  | { readonly type: 'not-ours'; readonly reason: string }
  | { readonly type: 'node-gone'; readonly reason: string }
  /** Tags name two clusters. */
  | { readonly type: 'ambiguous'; readonly reason: string }
  /** The event arrived after its own deadline. */
  | { readonly type: 'too-late'; readonly reason: string }
  /** Another run holds the lease. */
  | { readonly type: 'joined'; readonly reason: string }
  | { readonly type: 'already-handled'; readonly reason: string }
  /** The invocation's time was up before the drain's; another invocation goes on with it. */
  | { readonly type: 'continued'; readonly reason: string }
  /** Our lease was lost, the process was told to stop or the search is left to a second look; another run goes on. */
  | { readonly type: 'interrupted'; readonly reason: string }
  /** Something an operator must mend. */
  | { readonly type: 'failed'; readonly reason: string; readonly fault?: ClusterFault };

/** One thing that happened, for the live timeline. */
export type Moment =
  | {
      readonly type: 'received' | 'resumed' | 'claimed' | 'takeover' | 'located' | 'listed' | 'hook';
      readonly at: Date;
      readonly text: string;
    }
  | { readonly type: 'planned'; readonly at: Date; readonly text: string; readonly plan: DrainPlan }
  | {
      readonly type: 'cordoned' | 'uncordoned';
      readonly at: Date;
      readonly text: string;
      readonly cluster: string;
      readonly node: ClusterNode;
    }
  | {
      readonly type:
        | 'retrying'
        /** The table could not be asked who acts; this run does. */
        | 'unclaimed'
        | 'handed-over'
        /** Left to a later invocation, since there is time. */
        | 'put-off'
        | 'closed'
        | 'unrecorded'
        /** Nobody would go on with the drain: it must end in this invocation. */
        | 'unwatched'
        | 'killed';
      readonly at: Date;
      readonly text: string;
    }
  | CheckpointMoment
  | DrainProgress;

/** A pod that trains, or looks like it, and what asking its job to save came to. */
export interface TrainingPod {
  readonly namespace: string;
  readonly name: string;
  readonly checkpoint: TrainingOutcome;
}

export interface InterruptionReport {
  readonly interruption: Interruption;
  readonly incidentId?: string;
  readonly instance?: LocatedInstance;
  readonly nodeName?: string;
  readonly response?: Response;
  readonly outcome: Outcome;
  readonly drain?: DrainReport;
  /** All training pods of the node, drained or left to go on; absent when there are none. */
  readonly training?: readonly TrainingPod[];
  readonly moments: readonly Moment[];
  /** API server requests this interruption's cluster saw from us, by verb and resource. */
  readonly requests: Readonly<Record<string, number>>;
  readonly finishedAt: Date;
  /** People were not told how it ended, or how the one before it did: the delivery must be made again. */
  readonly isUntold?: true;
}
