import type { ClusterNode, Pod } from '../../cluster/objects.ts';
import type { InstanceId } from '../../signals/interruption.ts';
import type { PoolDefinition } from '../define/pool-definition.ts';
import type { LaunchActivity } from '../groups/port.ts';
import type { PoolState } from '../pool.ts';
import type { ClusterView } from './cluster-view.ts';

/** All that was read for one pool, before it is counted. */
export interface PoolWorld {
  readonly definition: PoolDefinition;
  readonly view: ClusterView;
  /** Waiting pods of this pool. */
  readonly waiting: readonly Pod[];
  /** Newest first, of all groups. */
  readonly launches: readonly LaunchActivity[];
  readonly launchTimes: ReadonlyMap<InstanceId, Date>;
  /** Absent where the pool has no placeholders. */
  readonly scale?: PlaceholderScale;
  readonly region: string;
  readonly now: Date;
}

export type PlaceholderScale =
  | { readonly type: 'read'; readonly replicas: number }
  /** Spot comes back without them, or not at all; whoever wants them must mend this. */
  | { readonly type: 'missing'; readonly reason: string };

/** What stands behind the name of a fallback node in a decision. */
export interface FallbackMember {
  readonly group: string;
  readonly instanceId: InstanceId;
  /** The node's name; the instance's while it has no node. */
  readonly name: string;
  readonly launchedAt: Date;
  readonly node?: ClusterNode;
  /** Why it must stay where it is. */
  readonly stays?: string;
}

export interface PoolReading {
  readonly definition: PoolDefinition;
  readonly state: PoolState;
  readonly members: readonly FallbackMember[];
  /** Ids of the interruptions that its spot nodes are under. */
  readonly incidents: readonly string[];
  /** Why what Karpenter asks for is not known: its nodes and the pods are all that counts. */
  readonly noClaims?: string;
  /** Why the placeholders that the pool is tagged with cannot be used. */
  readonly noPlaceholders?: string;
  readonly region: string;
  readonly now: Date;
}
