import { ConfigurationError } from '../../functions/errors.ts';
import { asInstanceId, type InstanceId } from '../../functions/signals/interruption.ts';

/** The flags of `replay`, as the command line gives them. */
export interface ReplayOptions {
  readonly scenario?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cluster?: string;
  readonly execute?: true;
  readonly json?: true;
  readonly speed?: number;
  readonly keepTime?: true;
  readonly instance?: string;
  readonly node?: string;
  readonly list?: true;
  readonly slack?: true;
  /** True: the token is in the environment. */
  readonly slackToken?: string | true;
  readonly slackChannel?: string;
  /** On a real control plane of this machine. */
  readonly real?: true;
  /** Size of the storm's fleet, and how many of it are interrupted. */
  readonly nodes?: number;
  readonly interrupt?: number;
  readonly dryRun?: true;
}

/** @throws ConfigurationError when `--instance` is no EC2 instance id. */
export function requireInstanceId(text: string): InstanceId {
  const id = asInstanceId(text);
  if (!id) {
    throw new ConfigurationError(
      `--instance is "${text}"; it must be an EC2 instance id such as i-0aaaaaaaaaaaaaaa1.`,
    );
  }
  return id;
}
