import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { BAD_CREDENTIALS, DENIED, THROTTLED } from '../aws-codes.ts';
import type { Clock } from '../clock.ts';
import { AwsCallError } from '../errors.ts';

/** Domain time. More would eat the notice: a drain without its table is stopped by nobody, so give up early. */
const PATIENCE_MS = 3_000;
/** One lost answer, however long it was waited for, must not be the end of a response. */
const LEAST_ATTEMPTS = 2;
const FIRST_DELAY_MS = 50;
const LONGEST_DELAY_MS = 800;
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
 * Runs `call`, again with full jitter while DynamoDB throttles or fails for a moment, as long as `access` has
 * patience by its clock. Every other end is an `AwsCallError`.
 */
export async function callTable<T>(
  operation: string,
  access: TableAccess,
  call: (options: CallOptions) => Promise<T>,
): Promise<T> {
  const { clock, patienceMs = PATIENCE_MS, random } = access;
  const giveUpAt = clock.now().getTime() + patienceMs;
  const timeoutMs = Math.max(CALL_TIMEOUT_MS, patienceMs / 3);
  for (let attempt = 1; ; attempt++) {
    try {
      return await call({ abortSignal: AbortSignal.timeout(timeoutMs) });
    } catch (error) {
      const delay = random() * Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
      const late = attempt >= LEAST_ATTEMPTS && clock.now().getTime() + delay > giveUpAt;
      if (late || !isTransient(error)) throw awsCallError(operation, access.table, attempt, error);
      await clock.sleep(delay);
    }
  }
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

interface CallOptions {
  readonly abortSignal: AbortSignal;
}

const CONNECTION_FAULTS = new Set([
  'TimeoutError',
  'AbortError',
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

function isTransient(error: unknown): boolean {
  return isThrottle(error) || isOutage(error);
}

function isThrottle(error: unknown): boolean {
  return error instanceof Error && THROTTLED.has(error.name);
}

function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (statusOf(error) >= 500 || CONNECTION_FAULTS.has(error.name)) return true;
  return 'code' in error && typeof error.code === 'string' && CONNECTION_FAULTS.has(error.code);
}

/** HTTP status of an SDK error, 0 when there is none. */
function statusOf(error: Error): number {
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return 0;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : 0;
}

function awsCallError(operation: string, table: string, attempts: number, cause: unknown): AwsCallError {
  const code = cause instanceof Error ? cause.name : 'Unknown';
  const said = cause instanceof Error ? cause.message : String(cause);
  const tried = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
  const message = `dynamodb:${operation} on table "${table}" failed after ${tried} with ${code}: ${said}. ${remedy(operation, table, code, cause)}`;
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
