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
  /** The operator's own hold, in place of the learned one. */
  readonly holdMinutes?: number;
}

/** The world as one run reads it. */
export interface PoolState {
  readonly pool: Pool;
  readonly spot: SpotSide;
  readonly pods: PodDemand;
  readonly fallbacks: readonly FallbackGroup[];
}

export interface SpotSide {
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
  /** Asked of the market and not begun: a group's desired capacity beyond its instances. Absent: none. */
  readonly unfilledGpus?: number;
  /** Absent where none are set up. */
  readonly placeholders?: Placeholders;
  readonly lastFailure?: Failure;
  readonly lastLaunchAt?: Date;
}

/** Pods of low priority that each fill a spot node, so that an autoscaler which follows pods asks for it. */
export interface Placeholders {
  /** How many there are meant to be. */
  readonly replicas: number;
  /** On a spot node. */
  readonly running: number;
  /** Spot nodes that other pods use or wait for: the autoscaler asks for these by itself. */
  readonly nodesInUse: number;
}

export interface Gpus {
  readonly gpus: number;
  readonly since: Date;
}

export interface Failure {
  readonly kind: FailureKind;
  readonly at: Date;
  /** What a person can do about it. */
  readonly remedy?: string;
  /** Nothing is launched in the whole pool until somebody has mended it. */
  readonly stopsPool?: true;
}

export interface PodDemand {
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
  /** It must stay: a pod on it must not be moved, it still boots, or the group's minimum needs it. */
  readonly doNotDisrupt: boolean;
  /** The gang that runs on it: its nodes are released together. */
  readonly gang?: string;
  /** Set by our marker while we drain it. */
  readonly drain?: { readonly since: Date; readonly podsLeft: number };
}
