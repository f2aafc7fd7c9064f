/** What of a cluster's objects the domain needs. */

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  readonly timeAdded?: string;
}

export interface ClusterNode {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** `aws:///us-east-2a/i-0abc…` */
  readonly providerId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly unschedulable: boolean;
  /** Whether `unschedulable` was set by us, the last who changed it; absent where the server does not tell. */
  readonly isCordonOurs?: boolean;
  readonly ready: boolean;
  /** In its capacity, any vendor's `…/gpu` resource. */
  readonly gpus: number;
  /** What pods may use now: none while the device plugin is not up. */
  readonly allocatableGpus: number;
}

export interface OwnerReference {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller: boolean;
}

export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly nodeName: string;
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  readonly ready: boolean;
  /** By the API server's clock; absent in a manifest. */
  readonly createdAt?: Date;
  /** When its node's kubelet took it up. */
  readonly startedAt?: Date;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly owner?: OwnerReference;
  /** Seconds; Kubernetes' default of 30 is filled in. */
  readonly gracePeriodSeconds: number;
  readonly deletionTimestamp?: Date;
  /** The grace under which an already terminating pod is stopping. */
  readonly deletionGracePeriodSeconds?: number;
  readonly priorityClassName?: string;
  readonly priority: number;
  readonly tolerations: readonly Toleration[];
  readonly usesEmptyDir: boolean;
  /** GPUs requested, all containers, any vendor's `…/gpu` resource. */
  readonly gpus: number;
  /** Set while the scheduler finds no node for it. */
  readonly waiting?: Waiting;
}

/** A pod without a node, and which nodes it may go to. */
export interface Waiting {
  readonly since: Date;
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** Required node affinity: one of these terms must hold, with all that it asks. Empty: no such affinity. */
  readonly nodeTerms: readonly (readonly NodeRequirement[])[];
}

export interface NodeRequirement {
  readonly key: string;
  /** `In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt`, `Lt`. */
  readonly operator: string;
  readonly values: readonly string[];
}

export interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
}

/** A PodDisruptionBudget, as much of it as naming the blocker needs. */
export interface Budget {
  readonly namespace: string;
  readonly name: string;
  readonly disruptionsAllowed: number;
  /**
   * Names of the pods whose eviction it has let through and that have not begun to stop, with the time: its
   * `status.disruptedPods`. The API server charges the budget first and deletes the pod then; a request that ends in
   * between leaves the charge, which the disruption controller takes back after two minutes.
   */
  readonly letGo: ReadonlyMap<string, Date>;
  /** True when the budget's selector covers the pod (same namespace is checked too). */
  readonly covers: (pod: Pod) => boolean;
}

export interface PodList {
  readonly pods: readonly Pod[];
  readonly resourceVersion: string;
}

export interface PodRef {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export interface DeploymentRef {
  readonly namespace: string;
  readonly name: string;
}

/** A Kubernetes Event, as `kubectl describe` shows it below its object. */
export interface ObjectEvent {
  /** Two Events of one name in one namespace are one. */
  readonly name: string;
  readonly about:
    | { readonly kind: 'Node'; readonly name: string; readonly uid: string }
    | ({ readonly kind: 'Pod' } & PodRef);
  readonly type: 'Normal' | 'Warning';
  /** In CamelCase, for `--field-selector reason=…`. */
  readonly reason: string;
  readonly message: string;
  readonly at: Date;
}
