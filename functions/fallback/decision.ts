import type { FailureKind } from './failure.ts';

/** What to do now, and why. Every number is absolute, so acting twice is acting once. */
export type Decision =
  | {
      readonly action: 'scale-out';
      readonly launches: readonly Launch[];
      readonly refusals: readonly Refusal[];
    }
  /** GPUs are short and nothing may be launched. */
  | { readonly action: 'refuse'; readonly shortGpus: number; readonly refusals: readonly Refusal[] }
  | Return
  | { readonly action: 'keep'; readonly reason: KeepReason };

/** Back to spot, each node a step further: marked and cordoned, drained by its budgets, terminated when empty. */
export interface Return {
  readonly action: 'return';
  /** Start: mark, cordon, drain. */
  readonly release: readonly string[];
  /** Go on draining. */
  readonly drain: readonly string[];
  /** Empty: terminate, and lower the group's desired capacity by one. */
  readonly terminate: readonly string[];
  /** Uncordon and unmark. */
  readonly restore: readonly Restore[];
}

export interface Restore {
  readonly node: string;
  readonly reason: 'needed-again' | 'drain-timed-out' | 'do-not-disrupt';
}

export type KeepReason = 'enough-spot' | 'shortage-covered' | 'holding' | 'nothing-releasable';

export interface Launch {
  readonly group: string;
  /** The absolute desired capacity to set. */
  readonly desired: number;
}

/** Why a group gave less than was short. `group` is absent where no group could. */
export type Refusal =
  | { readonly reason: 'pod-too-large'; readonly podGpus: number; readonly largestNodeGpus: number }
  | {
      readonly reason: 'gang-too-large';
      readonly gang: string;
      readonly gangGpus: number;
      readonly roomGpus: number;
    }
  | { readonly reason: Cap; readonly group: string; readonly nodes: number }
  | {
      readonly reason: FailureKind;
      readonly group: string;
      /** Absent: until somebody has mended it, and in no group of the pool. */
      readonly until?: Date;
      readonly remedy?: string;
    };

export type Cap = 'step' | 'max-nodes' | 'max-dollars' | 'quota';
