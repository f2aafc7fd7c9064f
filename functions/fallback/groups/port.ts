import type { InstanceId } from '../../signals/interruption.ts';

/**
 * What the fallback needs of Auto Scaling, EKS and EC2, and nothing more. Expected answers are values; an
 * `AwsCallError` is thrown for what an operator must mend, or when AWS does not answer.
 */
export interface GroupsPort {
  /** Every group that carries our pool tag, itself or on its EKS node group. */
  listGroups(): Promise<readonly Group[]>;
  /** Launches that began after `since`, of all groups of the Region, newest first; at most a thousand. */
  listLaunches(since: Date): Promise<readonly LaunchActivity[]>;
  /** When instances were launched. Ids that EC2 does not know are left out. */
  launchTimes(ids: readonly InstanceId[]): Promise<ReadonlyMap<InstanceId, Date>>;
  /** Kept for the life of the process: types do not change. Unknown types are left out. */
  describeTypes(types: readonly string[]): Promise<ReadonlyMap<string, InstanceType>>;
  /** Absolute, so that twice is once. */
  setDesired(group: string, desired: number): Promise<SetDesiredAnswer>;
  /** Answers at once what was launched and what failed. The same `token` is the same launch. */
  launch(request: LaunchRequest): Promise<LaunchAnswer>;
  /** Ends the instance and lowers its group's desired capacity by one. Sent once, never repeated by itself. */
  terminate(instanceId: InstanceId): Promise<TerminateAnswer>;
}

/** An Auto Scaling group of a pool. */
export interface Group {
  readonly name: string;
  /** AWS account id. */
  readonly account: string;
  /** Its own, with those of its EKS node group; a tag of the group wins. */
  readonly tags: Readonly<Record<string, string>>;
  /** Name of the EKS managed node group that owns it. */
  readonly nodeGroup?: string;
  readonly desired: number;
  readonly min: number;
  readonly max: number;
  readonly zones: readonly string[];
  /** What it may launch; what it has launched where that is not written down in the group. */
  readonly instanceTypes: readonly string[];
  /** Absent where the group does not say. */
  readonly buys?: 'spot' | 'on-demand';
  readonly members: readonly Member[];
  /** Instances kept ready to join; absent without a warm pool. They are no members. */
  readonly warm?: number;
  /** Somebody has suspended its launches. */
  readonly isSuspended: boolean;
}

export interface Member {
  readonly instanceId: InstanceId;
  readonly zone: string;
  /** `InService`, `Pending…`, `Terminating…`, `Standby` … */
  readonly state: string;
  readonly isProtected: boolean;
}

export interface LaunchActivity {
  readonly group: string;
  readonly at: Date;
  readonly result: 'launched' | 'under-way' | 'failed';
  /** Auto Scaling's own words, of a failure. */
  readonly message: string;
}

export interface InstanceType {
  readonly gpus: number;
  /** `A10G`; absent without GPUs. */
  readonly gpuModel?: string;
}

export type SetDesiredAnswer =
  | { readonly type: 'set' }
  /** Another activity of the group is under way: the next run asks again. */
  | { readonly type: 'later'; readonly reason: string }
  /** Outside the group's sizes, or the group is gone. */
  | { readonly type: 'refused'; readonly reason: string };

export interface LaunchRequest {
  readonly group: string;
  readonly nodes: number;
  readonly zone: string;
  readonly token: string;
}

export type LaunchAnswer =
  | {
      readonly type: 'answered';
      readonly launched: number;
      /** `<code> - <message>`, as a scaling activity would say it. */
      readonly failure?: string;
    }
  /** The group cannot be launched into like this (a warm pool, several kinds of capacity), or not by us. */
  | { readonly type: 'unsupported'; readonly reason: string };

export type TerminateAnswer =
  | { readonly type: 'terminating' }
  /** No group has it any more. */
  | { readonly type: 'gone' }
  /** The group is at its minimum, or another activity stands in the way. */
  | { readonly type: 'refused'; readonly reason: string }
  /** No answer: it may have happened. Look before asking again. */
  | { readonly type: 'unknown'; readonly reason: string };
