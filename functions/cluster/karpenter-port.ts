/** What Karpenter keeps in a cluster, as much of it as tells what it is about to bring. */
export interface KarpenterView {
  readonly nodePools: readonly NodePool[];
  readonly claims: readonly NodeClaim[];
  /** Claims that AWS had no capacity for. Karpenter deletes those at once: only its Events tell of them, for an hour. */
  readonly denials: readonly ClaimDenial[];
}

export interface NodePool {
  readonly name: string;
  /** That its nodes get. */
  readonly labels: Readonly<Record<string, string>>;
}

/** One node that Karpenter asks for, from before there is an instance until that is gone. */
export interface NodeClaim {
  readonly name: string;
  /** With those of its NodePool. */
  readonly labels: Readonly<Record<string, string>>;
  /** As the node's; empty until there is an instance. */
  readonly providerId: string;
  /** Of the instance, any vendor's `…/gpu`; until there is one, what its pods ask for. */
  readonly gpus: number;
  readonly createdAt: Date;
  readonly launch: ClaimLaunch;
  readonly deletionTimestamp?: Date;
}

export type ClaimLaunch =
  | { readonly type: 'asked' }
  | { readonly type: 'launched'; readonly at: Date }
  /** Not for want of capacity; Karpenter tries again for some minutes. */
  | { readonly type: 'failed'; readonly at: Date; readonly message: string };

export interface ClaimDenial {
  /** The claim's name: that of its NodePool, and five letters. */
  readonly claim: string;
  readonly at: Date;
  readonly message: string;
}
