/**
 * The few errors an operator must act on. Each message says what failed, on which object, and what to do.
 * Everything expected (blocked by a budget, not ours, timed out) is a value, not one of these.
 */

/** An event of a known type that lacks or mangles a field. Retrying cannot help. */
export class MalformedSignalError extends Error {
  override readonly name = 'MalformedSignalError';
  /** Dotted path of the field in the event, e.g. `detail.instance-id`. */
  readonly field: string;
  constructor(field: string, problem: string, options?: ErrorOptions) {
    super(`Malformed event: field "${field}" ${problem}`, options);
    this.field = field;
  }
}

/** `outrun`: other writers of the same object were faster. */
export type ClusterFault = 'unreachable' | 'unauthorized' | 'forbidden' | 'outrun' | 'unexpected';

/** The API server could not be used. `fault` tells which remedy applies. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
  readonly fault: ClusterFault;
  constructor(fault: ClusterFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

/** An AWS call failed for good. `operation` is the API call, `code` the service's error name. */
export class AwsCallError extends Error {
  override readonly name = 'AwsCallError';
  readonly operation: string;
  readonly code: string;
  constructor(operation: string, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.operation = operation;
    this.code = code;
  }
}

/** A setting, flag or file of the user's is wrong. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** What was thrown, whatever it is, in its own words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
