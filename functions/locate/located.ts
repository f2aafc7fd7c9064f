import type { InstanceId } from '../signals/interruption.ts';

/** Who creates and replaces the node's instance; decides who else will drain it. */
export type NodeOwner =
  | { readonly type: 'managed-node-group'; readonly nodeGroup: string }
  | { readonly type: 'auto-scaling-group'; readonly group: string }
  | { readonly type: 'karpenter'; readonly nodePool: string }
  | { readonly type: 'auto-mode'; readonly nodePool: string }
  | { readonly type: 'unknown' };

/** What EC2 and its tags say of the instance; the node itself is confirmed later through `spec.providerID`. */
export interface LocatedInstance {
  readonly instanceId: InstanceId;
  readonly clusterName: string;
  readonly owner: NodeOwner;
  /** Usual node name: the instance's private DNS name. Verified before use. */
  readonly nodeNameHint?: string;
  readonly instanceType?: string;
  readonly zone?: string;
  readonly region: string;
}

/** Not finding a node of ours is ordinary: most instances of an account are none. */
export type Location =
  | { readonly type: 'located'; readonly instance: LocatedInstance }
  | { readonly type: 'not-ours'; readonly reason: string }
  | { readonly type: 'gone'; readonly reason: string }
  /** Tags name two clusters: acting on either could be wrong. */
  | { readonly type: 'ambiguous'; readonly reason: string };

export interface Locator {
  locate(instanceId: InstanceId): Promise<Location>;
  /** Running instances of a capacity reservation. */
  instancesOfReservation(capacityReservationId: string): Promise<readonly InstanceId[]>;
}
