/** What people deployed into the account: stacks, and who may enter which cluster. */

/** Who of IAM may enter a cluster, as which groups. */
export interface SimulatedAccessEntry {
  readonly cluster: string;
  readonly principalArn: string;
  readonly groups: readonly string[];
  /** @default STANDARD */
  readonly type?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** A deployed CloudFormation stack. */
export interface SimulatedStack {
  readonly name: string;
  /** @default the account's */
  readonly region?: string;
  /** @default CREATE_COMPLETE */
  readonly status?: string;
  readonly outputs: readonly SimulatedStackOutput[];
  /** @default none */
  readonly resources?: readonly SimulatedResource[];
  /** @default an empty one */
  readonly template?: unknown;
}

/** What a stack made; the services answer for it by its type. */
export interface SimulatedResource {
  readonly logicalId: string;
  /** @default the logical id */
  readonly physicalId?: string;
  readonly type: string;
  /** Fields of its service's answer that are other than of a sound one. */
  readonly answer?: Readonly<Record<string, unknown>>;
  /** Somebody deleted it past the stack. */
  readonly isGone?: true;
}

interface SimulatedStackOutput {
  readonly key: string;
  readonly value: string;
  readonly description?: string;
}

/** A run of an experiment template of AWS FIS. Tests move its status on, as time does. */
export interface SimulatedExperiment {
  readonly id: string;
  readonly templateId: string;
  status: 'pending' | 'running' | 'completed' | 'stopped' | 'failed';
  reason?: string;
}
