import { BAD_CREDENTIALS, DENIED, THROTTLED } from '../aws-codes.ts';
import { type CallOptions, isOutage, retryTransient } from '../aws-retry.ts';
import type { Clock } from '../clock.ts';
import { AwsCallError, messageOf } from '../errors.ts';

/** Domain time; a notice is 120 s long and the drain needs most of it. */
const PATIENCE = { patienceMs: 10_000, firstDelayMs: 200, longestDelayMs: 2_000, callTimeoutMs: 5_000 };

export interface RetryDeps {
  readonly clock: Clock;
  readonly random: () => number;
}

/** Runs `call`, again while EC2 throttles or fails for a moment. Every other end is an `AwsCallError`. */
export function askEc2<T>(
  operation: string,
  deps: RetryDeps,
  call: (options: CallOptions) => Promise<T>,
): Promise<T> {
  return retryTransient({ ...deps, ...PATIENCE }, call, (attempts, error) =>
    awsCallError(operation, attempts, error),
  );
}

function awsCallError(operation: string, attempts: number, cause: unknown): AwsCallError {
  const code = cause instanceof Error ? cause.name : 'Unknown';
  const tried = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
  const message = `ec2:${operation} failed after ${tried} with ${code}: ${messageOf(cause)}. ${remedy(operation, code, cause)}`;
  return new AwsCallError(operation, code, message, { cause });
}

function remedy(operation: string, code: string, cause: unknown): string {
  if (DENIED.has(code)) return `Allow ec2:${operation} on "*" in the policy of the responder's role.`;
  if (BAD_CREDENTIALS.has(code)) return 'Give the responder valid AWS credentials.';
  if (THROTTLED.has(code))
    return `The account's EC2 read quota in this Region is used up: find who calls ${operation} so often, or ask for a higher request rate.`;
  if (isOutage(cause))
    return "Check that the Region's EC2 endpoint is reachable from the responder, and the AWS Health Dashboard.";
  return 'Look the code up among the EC2 API error codes.';
}
