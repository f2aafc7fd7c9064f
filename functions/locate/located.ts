import type { InstanceId } from '../signals/interruption.ts';

/** Who creates and replaces the node's instance; decides who else will drain it. */
export type NodeOwner =
  | { readonly type: 'managed-node-group'; readonly nodeGroup: string }
  | { readonly type: 'auto-scaling-group'; readonly group: string }
  | { readonly type: 'karpenter'; readonly nodePool: string }
  | { readonly type: 'auto-mode'; readonly nodePool: string }
  | { readonly type: 'unknown' };

/** How an instance is paid for. `reserved`: a capacity block or reservation. */
export type CapacityType = 'spot' | 'on-demand' | 'reserved';

/**
 * What EC2's tags, the node index or a node that was read say of the instance. Never more than a hint of the node:
 * the cordon tests `spec.providerID`.
 */
export interface LocatedInstance {
  readonly instanceId: InstanceId;
  readonly clusterName: string;
  readonly owner: NodeOwner;
  /** Usual node name: the instance's private DNS name. Verified before use. */
  readonly nodeNameHint?: string;
  /** The node's `spec.providerID`, `aws:///us-east-2a/i-0abc…`. */
  readonly providerId?: string;
  /** Whether the node had taints when it was last seen: which cordon patch to try first. */
  readonly tainted?: boolean;
  readonly gpus?: number;
  readonly instanceType?: string;
  readonly zone?: string;
  readonly capacity?: CapacityType;
  readonly region: string;
  /** By label or tag `spot-responder/pool`. */
  readonly pool?: string;
}

/** Not finding a node of ours is ordinary: most instances of an account are none. */
export type Location =
  | Located
  | { readonly type: 'not-ours'; readonly reason: string }
  | { readonly type: 'gone'; readonly reason: string }
  /** Tags name two clusters: acting on either could be wrong. */
  | { readonly type: 'ambiguous'; readonly reason: string };

export interface Located {
  readonly type: 'located';
  readonly instance: LocatedInstance;
  /** Set where the node index answered, which may be behind, or wrong: what EC2 itself says. */
  readonly askEc2?: () => Promise<Location>;
}

export interface Locator {
  locate(instanceId: InstanceId): Promise<Location>;
  /** Running instances of a capacity reservation. */
  instancesOfReservation(capacityReservationId: string): Promise<readonly InstanceId[]>;
}
