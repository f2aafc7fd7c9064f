import type { Clock } from '../../functions/clock.ts';
import type { SimulatedAccessEntry, SimulatedExperiment, SimulatedStack } from './deployed.ts';
import type { MoveTask, SimulatedQueue } from './message-queue.ts';

/** What the simulated account holds. Seeded by tests and replay, read and changed by the services beside. */

export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'stopping' | 'stopped' | 'terminated';

export interface SimulatedInstance {
  readonly instanceId: string;
  /** @default m6i.large */
  readonly type?: string;
  /** @default the account's Region with an `a` */
  readonly zone?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly privateDnsName?: string;
  /** @default running */
  readonly state?: InstanceState;
  /** @default on demand */
  readonly spot?: boolean;
  /** As with EKS Auto Mode. @default false */
  readonly operatorManaged?: boolean;
  /** Id of the capacity reservation that the instance runs in. */
  readonly reservation?: string;
  /** What its Auto Scaling group says. @default follows from the state and the hooks that wait */
  readonly lifecycleState?: string;
  /** @default long ago */
  readonly launchedAt?: Date;
}

export interface SimulatedCluster {
  readonly name: string;
  /** @default the account's */
  readonly region?: string;
  readonly endpoint: string;
  /** Base64 of the PEM, as EKS gives it. */
  readonly ca: string;
  /** @default API */
  readonly authenticationMode?: 'API' | 'API_AND_CONFIG_MAP' | 'CONFIG_MAP';
  /** @default true */
  readonly hasPublicEndpoint?: boolean;
}

export interface SimulatedAutoScalingGroup {
  readonly name: string;
  /** @default the account's */
  readonly region?: string;
  readonly desired: number;
  readonly min: number;
  readonly max: number;
  readonly zones?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
  /** Of new instances. @default m6i.large */
  readonly instanceType?: string;
  /** Others that it may launch, which it never does here. */
  readonly otherTypes?: readonly string[];
  /** @default on demand */
  readonly spot?: boolean;
  /** Every launch fails with this status message, while it is set. */
  readonly denial?: string | undefined;
  /** Instances that LaunchInstances still finds room for, by zone; a zone that is not named has room for any. */
  readonly room?: Readonly<Record<string, number>>;
  /** Stopped instances that wait in its warm pool. @default no warm pool */
  readonly warm?: number;
}

/** An EKS node group, by its tags; its Auto Scaling group is another object, as in AWS. */
export interface SimulatedNodeGroup {
  readonly cluster: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  /** @default ON_DEMAND */
  readonly capacityType?: 'SPOT' | 'ON_DEMAND';
}

export interface ScalingActivity {
  readonly id: string;
  readonly group: string;
  readonly description: string;
  readonly status: 'Successful' | 'Failed';
  readonly message: string;
  readonly at: Date;
}

/** A hook that waits for an answer. */
export interface WaitingLifecycleAction {
  readonly group: string;
  readonly hook: string;
  readonly instanceId: string;
  readonly token: string;
  /** @default 3600 */
  readonly timeoutSeconds?: number;
  /** The answer when nobody gives one. @default ABANDON */
  readonly defaultResult?: 'CONTINUE' | 'ABANDON';
  /** Auto Scaling goes on with the instance. */
  readonly whenOver?: (result: 'CONTINUE' | 'ABANDON') => void;
}

export interface LifecycleAction extends WaitingLifecycleAction {
  readonly startedAt: Date;
  expiresAt: Date;
  heartbeats: number;
  /** Set by CompleteLifecycleAction, or by the timeout. */
  result?: 'CONTINUE' | 'ABANDON';
  /** Nobody answered in time. */
  timedOut?: boolean;
}

export interface BusEvent {
  readonly id: string;
  readonly bus: string;
  readonly source: string;
  readonly detailType: string;
  /** Parsed JSON. */
  readonly detail: unknown;
  readonly time: Date;
}

export interface Call {
  readonly service: string;
  readonly operation: string;
  readonly at: Date;
}

/**
 * Makes the next `times` calls of `operation` fail with `code`, or, when `silent`, never answers them. With `acts` the call is
 * carried out, and only its answer is lost.
 */
export type Fault = { readonly operation: string; readonly times: number } & (
  | { readonly code: string; readonly message?: string; readonly acts?: true }
  | { readonly silent: true }
);

/** What instance types cost in the account's Region, and how likely spot is to be had. */
export interface SimulatedMarket {
  /** Dollars an hour. */
  readonly onDemand: Readonly<Record<string, number>>;
  readonly spot: readonly SimulatedSpotPrice[];
  /** By zone id. @default none */
  readonly scores?: Readonly<Record<string, number>>;
}

interface SimulatedSpotPrice {
  readonly instanceType: string;
  readonly zone: string;
  readonly zoneId?: string;
  readonly dollars: number;
  readonly since: Date;
}

export interface SimulatedParameter {
  readonly type: 'SecureString' | 'String';
  readonly value: string;
}

export interface AccountState {
  readonly region: string;
  readonly clock: Clock;
  readonly instances: Map<string, SimulatedInstance>;
  readonly clusters: Map<string, SimulatedCluster>;
  readonly autoScalingGroups: Map<string, SimulatedAutoScalingGroup>;
  readonly nodeGroups: SimulatedNodeGroup[];
  readonly experiments: SimulatedExperiment[];
  readonly accessEntries: SimulatedAccessEntry[];
  /** By name. */
  readonly stacks: Map<string, SimulatedStack>;
  /** Oldest first. */
  readonly activities: ScalingActivity[];
  /** What LaunchInstances was asked and what it launched, by group and client token. */
  readonly launchTokens: Map<string, { readonly asked: string; readonly launched: readonly string[] }>;
  /** Told of each instance that a group launches. */
  readonly launchListeners: ((instance: SimulatedInstance, group: string) => void)[];
  /** Told of each instance that a group terminates. */
  readonly terminationListeners: ((instanceId: string, group: string) => void)[];
  readonly lifecycleActions: LifecycleAction[];
  readonly events: BusEvent[];
  /** Queues that get every event. */
  readonly targets: SimulatedQueue[];
  market: SimulatedMarket;
  /** Functions that may run at once, and how many of them are reserved. */
  concurrency: { readonly all: number; readonly reserved: number };
  /** Current values by name. */
  readonly secrets: Map<string, string>;
  /** Of Systems Manager, by name. */
  readonly parameters: Map<string, SimulatedParameter>;
  /** Where it listens. */
  endpoint: string;
  /** By the path of their URLs. */
  readonly queues: Map<string, SimulatedQueue>;
  /** Newest first. */
  readonly moveTasks: MoveTask[];
  readonly closed: AbortSignal;
}

/** An answer of a service that its SDK client turns into an exception. */
export class ServiceFault extends Error {
  override readonly name = 'ServiceFault';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export const OWNER_ACCOUNT = '111122223333';
