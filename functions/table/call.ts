import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { BAD_CREDENTIALS, DENIED } from '../aws-codes.ts';
import { type CallOptions, isOutage, isThrottle, retryTransient } from '../aws-retry.ts';
import type { Clock } from '../clock.ts';
import { AwsCallError, messageOf } from '../errors.ts';

/** Domain time. More would eat the notice: a drain without its table is stopped by nobody, so give up early. */
const PATIENCE_MS = 3_000;
/** One lost answer, however long it was waited for, must not be the end of a response. */
const ATTEMPTS = { leastAttempts: 2, firstDelayMs: 50, longestDelayMs: 800 };
/** Wall time of one call on the wire; a third of the patience of who has more: sent again too soon, a slow call takes twice. */
const CALL_TIMEOUT_MS = 3_000;

export interface TableAccess {
  readonly table: string;
  /** Of `scopeOf`. @default the home region's */
  readonly scope?: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** How long a call is tried again. @default 3000 */
  readonly patienceMs?: number;
}

/**
 * Runs `call`, again while DynamoDB throttles or fails for a moment, as long as `access` has patience by its clock. Every
 * other end is an `AwsCallError`.
 */
export function callTable<T>(
  operation: string,
  access: TableAccess,
  call: (options: CallOptions) => Promise<T>,
): Promise<T> {
  const { clock, patienceMs = PATIENCE_MS, random, table } = access;
  const callTimeoutMs = Math.max(CALL_TIMEOUT_MS, patienceMs / 3);
  return retryTransient({ clock, random, patienceMs, callTimeoutMs, ...ATTEMPTS }, call, (attempts, error) =>
    awsCallError(operation, table, attempts, error),
  );
}

/** `callTable` for a write with a condition: that it failed is an answer. */
export function callConditionally<T>(
  operation: string,
  access: TableAccess,
  call: (options: CallOptions) => Promise<T>,
): Promise<T | 'condition-failed'> {
  return callTable<T | 'condition-failed'>(operation, access, async (options) => {
    try {
      return await call(options);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return 'condition-failed';
      throw error;
    }
  });
}

function awsCallError(operation: string, table: string, attempts: number, cause: unknown): AwsCallError {
  const code = cause instanceof Error ? cause.name : 'Unknown';
  const tried = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
  const message = `dynamodb:${operation} on table "${table}" failed after ${tried} with ${code}: ${messageOf(cause)}. ${remedy(operation, table, code, cause)}`;
  return new AwsCallError(operation, code, message, { cause });
}

function remedy(operation: string, table: string, code: string, cause: unknown): string {
  if (code === 'ResourceNotFoundException')
    return `Deploy the stack in this Region, or set INCIDENT_TABLE to a table that exists.`;
  if (DENIED.has(code))
    return `Allow dynamodb:${operation} on table "${table}" in the policy of the responder's role.`;
  if (BAD_CREDENTIALS.has(code))
    return 'Give valid AWS credentials: a profile, a login, or the role of the function.';
  if (cause instanceof Error && cause.message === 'Region is missing')
    return 'Say which Region the table is in: set AWS_REGION.';
  if (isThrottle(cause))
    return 'Use on-demand capacity for the table, or raise its provisioned or maximum throughput.';
  if (isOutage(cause))
    return "Check that the Region's DynamoDB endpoint is reachable from the responder, and the AWS Health Dashboard.";
  return 'Look the code up among the DynamoDB API error codes.';
}
