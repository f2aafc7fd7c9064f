import type { FailureKind } from './failure.ts';

/** A spot group and the on-demand groups behind it, as its tags describe it. Units: GPUs; a group without GPUs counts nodes as 1. */
interface Pool {
  readonly name: string;
  readonly minGpus: number;
  readonly maxGpus: number;
  /** What one return too early costs, as minutes of holding one on-demand node. */
  readonly relapseMinutes: number;
  /** From the launch of a node to Ready. */
  readonly bootMinutes: number;
  /** Nodes that one run may add to a group. */
  readonly stepNodes: number;
  /** Over all fallback groups. Absent: unlimited. */
  readonly maxDollarsPerHour?: number;
  /**
   * Whether we say how many spot GPUs the market is asked for: through the group's desired capacity where its owner gave it
   * to us, or through placeholder pods where an autoscaler follows the pods. Otherwise spot comes back by itself.
   */
  readonly asksForSpot: boolean;
}

/** The world as one run reads it. */
export interface PoolState {
  readonly pool: Pool;
  readonly spot: SpotSide;
  readonly pods: PodDemand;
  readonly fallbacks: readonly FallbackGroup[];
}

interface SpotSide {
  /** The size that the group is meant to have. */
  readonly desiredGpus: number;
  /** The smallest number that can be asked for. */
  readonly gpusPerNode: number;
  /** On nodes that are Ready, schedulable and not doomed, with allocatable GPUs. A rebalance alone dooms nothing. */
  readonly readyGpus: number;
  /** Launched and not yet Ready; `since` is the launch. */
  readonly launching: readonly Gpus[];
  /** Under notice, still running; `since` is the notice. */
  readonly doomed: readonly Gpus[];
  readonly lastFailure?: Failure;
  readonly lastLaunchAt?: Date;
}

export interface Gpus {
  readonly gpus: number;
  readonly since: Date;
}

interface Failure {
  readonly kind: FailureKind;
  readonly at: Date;
}

interface PodDemand {
  /** GPUs of pods bound to any node of the pool, spot or fallback. */
  readonly boundGpus: number;
  readonly pending: readonly PendingPod[];
}

export interface PendingPod {
  readonly gpus: number;
  /** Pods of one gang run together or not at all. */
  readonly gang?: string;
}

export interface FallbackGroup {
  readonly name: string;
  /** Lower is asked first. */
  readonly priority: number;
  readonly gpusPerNode: number;
  readonly dollarsPerNodeHour: number;
  readonly maxNodes: number;
  /** Nodes that the service quota allows in all. Absent: unknown. */
  readonly quotaNodes?: number;
  readonly desired: number;
  /** Instances that exist, booting ones too. */
  readonly nodes: readonly FallbackNode[];
  readonly lastFailure?: Failure;
  readonly lastLaunchAt?: Date;
}

export interface FallbackNode {
  readonly name: string;
  readonly launchedAt: Date;
  /** A pod on it says that it must not be moved. */
  readonly doNotDisrupt: boolean;
  /** The gang that runs on it: its nodes are released together. */
  readonly gang?: string;
  /** Set by our marker while we drain it. */
  readonly drain?: { readonly since: Date; readonly podsLeft: number };
}

/** What the next run must know, and cannot read from the world. */
export interface Memory {
  /** What the market was asked for last. Absent: the whole size. */
  readonly ask?: Ask;
  readonly hold: HoldMemory;
  readonly deepening: DeepeningMemory;
  /** By group name. */
  readonly breakers: Readonly<Record<string, Breaker>>;
  /** By node name: a drain timed out, not asked again before this. */
  readonly restingUntil: Readonly<Record<string, Date>>;
}

export interface Ask {
  readonly gpus: number;
  readonly since: Date;
  /** What was asked for before. */
  readonly before: number;
}

export interface HoldMemory {
  /** When each size of shortage was last seen: later entries are smaller. */
  readonly peaks: readonly Peak[];
  /** The newest gaps between two shortages, oldest first. */
  readonly gaps: readonly Gap[];
  /** What was held at the last run. */
  readonly keepGpus: number;
  /** The last time that less was held than before. */
  readonly loweredAt?: Date;
  /** What was given back then, until it is known whether that was too early. */
  readonly release?: Release;
}

export interface Peak {
  readonly gpus: number;
  readonly lastSeenAt: Date;
}

/** The levels above `above`, up to `upTo`, were covered by spot for so long, then short again. */
export interface Gap {
  readonly above: number;
  readonly upTo: number;
  readonly minutes: number;
}

export interface Release {
  readonly at: Date;
  readonly holdMinutes: number;
  readonly doubled: boolean;
  readonly judged: boolean;
}

export interface DeepeningMemory {
  /** At the last run. */
  readonly shortGpus: number;
  /** By how much the newest growths of a shortage went on growing, oldest first. */
  readonly further: readonly number[];
  readonly watched: readonly Growth[];
  /** Bought beyond the shortage of that moment. */
  readonly ahead?: { readonly at: Date; readonly from: number; readonly gpus: number };
}

interface Growth {
  readonly at: Date;
  readonly from: number;
  readonly deepest: number;
}

export interface Breaker {
  readonly failureAt: Date;
  readonly openUntil: Date;
  readonly minutes: number;
}

export const EMPTY_MEMORY: Memory = {
  hold: { peaks: [], gaps: [], keepGpus: 0 },
  deepening: { shortGpus: 0, further: [], watched: [] },
  breakers: {},
  restingUntil: {},
};

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

type KeepReason = 'enough-spot' | 'shortage-covered' | 'holding' | 'nothing-releasable';

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
  | { readonly reason: FailureKind; readonly group: string; readonly until: Date };

export type Cap = 'step' | 'max-nodes' | 'max-dollars' | 'quota';
