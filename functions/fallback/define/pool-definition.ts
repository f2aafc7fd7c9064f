import type { DeploymentRef } from '../../cluster/objects.ts';
import type { Group } from '../groups/port.ts';

/** A pool as its groups' tags describe it. */
export interface PoolDefinition {
  /** `cluster/name`, unique in a Region. */
  readonly key: string;
  readonly account: string;
  readonly cluster: string;
  readonly name: string;
  /** Empty where Karpenter provides the spot nodes. */
  readonly spot: readonly SizedGroup[];
  readonly fallbacks: readonly FallbackDefinition[];
  /** False: the groups have no GPUs, and nodes are counted. */
  readonly countsGpus: boolean;
  readonly stepNodes: number;
  readonly bootMinutes: number;
  readonly maxDollarsPerHour?: number;
  readonly holdMinutes?: number;
  /** The spot group's meant size, where its desired capacity is ours to set. */
  readonly wantedNodes?: number;
  /** The Deployment whose pods hold the place of spot nodes, where an autoscaler follows the pods. */
  readonly placeholders?: DeploymentRef;
}

export interface SizedGroup {
  readonly group: Group;
  readonly gpusPerNode: number;
}

export interface FallbackDefinition extends SizedGroup {
  readonly priority: number;
  readonly maxNodes: number;
  /** 0 where nobody said. */
  readonly dollarsPerNodeHour: number;
  /** `instances`: through LaunchInstances, which answers at once. */
  readonly launches: 'desired' | 'instances';
}

/** A pool that cannot be run until somebody mends it. */
export interface BrokenPool {
  readonly key: string;
  readonly account: string;
  readonly cluster?: string;
  readonly name: string;
  /** Each names the group, the tag and the remedy. */
  readonly problems: readonly string[];
}

export interface Definitions {
  readonly pools: readonly PoolDefinition[];
  readonly broken: readonly BrokenPool[];
}
