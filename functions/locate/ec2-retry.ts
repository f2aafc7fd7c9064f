import { EC2ServiceException } from '@aws-sdk/client-ec2';
import { BAD_CREDENTIALS, DENIED, THROTTLED } from '../aws-codes.ts';
import type { Clock } from '../clock.ts';
import { AwsCallError } from '../errors.ts';

/** Domain time; a notice is 120 s long and the drain needs most of it. */
const RETRY_BUDGET_MS = 10_000;
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 2_000;
/** Wall time of one call on the wire. */
const CALL_TIMEOUT_MS = 5_000;

export interface RetryDeps {
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * Runs `call`, again with full jitter while EC2 throttles or fails for a moment, for about 10 s of the clock.
 * Every other end is an `AwsCallError`.
 */
export async function retryTransient<T>(
  operation: string,
  { clock, random }: RetryDeps,
  call: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  const giveUpAt = clock.now().getTime() + RETRY_BUDGET_MS;
  for (let attempt = 1; ; attempt++) {
    try {
      return await call(AbortSignal.timeout(CALL_TIMEOUT_MS));
    } catch (error) {
      const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
      const delay = random() * ceiling;
      const late = clock.now().getTime() + delay > giveUpAt;
      if (late || !isTransient(error)) throw awsCallError(operation, attempt, error);
      await clock.sleep(delay);
    }
  }
}

function isTransient(error: unknown): boolean {
  if (error instanceof EC2ServiceException) {
    const status = error.$metadata.httpStatusCode ?? error.$response?.statusCode ?? 0;
    return THROTTLED.has(error.name) || status >= 500;
  }
  return isConnectionFault(error);
}

const CONNECTION_CODES = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

function isConnectionFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return true;
  return 'code' in error && typeof error.code === 'string' && CONNECTION_CODES.has(error.code);
}

function awsCallError(operation: string, attempts: number, cause: unknown): AwsCallError {
  const code = cause instanceof Error ? cause.name : 'Unknown';
  const said = cause instanceof Error ? cause.message : String(cause);
  const tried = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
  const message = `ec2:${operation} failed after ${tried} with ${code}: ${said}. ${remedy(operation, code, cause)}`;
  return new AwsCallError(operation, code, message, { cause });
}

function remedy(operation: string, code: string, cause: unknown): string {
  if (DENIED.has(code)) return `Allow ec2:${operation} on "*" in the policy of the responder's role.`;
  if (BAD_CREDENTIALS.has(code)) return 'Give the responder valid AWS credentials.';
  if (THROTTLED.has(code))
    return `The account's EC2 read quota in this Region is used up: find who calls ${operation} so often, or ask for a higher request rate.`;
  if (isTransient(cause))
    return "Check that the Region's EC2 endpoint is reachable from the responder, and the AWS Health Dashboard.";
  return 'Look the code up among the EC2 API error codes.';
}
