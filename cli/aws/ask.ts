import { AwsCallError } from '../../functions/errors.ts';
import { openWaiting } from './waiting.ts';

/** One AWS call made for the person at the command line. */
export interface Question {
  /** As an IAM policy allows it, e.g. `eks:DescribeCluster`. */
  readonly action: string;
  /** What it is about, for messages. */
  readonly on: string;
  readonly region: string;
}

const CALL_TIMEOUT_MS = 15_000;
const waiting = openWaiting(process.stderr);

/** @throws AwsCallError whose `operation` is the action, with what went wrong and what to do about it. */
export async function ask<T>(
  { action, on, region }: Question,
  call: (options: { readonly abortSignal: AbortSignal }) => Promise<T>,
): Promise<T> {
  try {
    const answer = call({ abortSignal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
    return await waiting.during(`${action} on ${on} in ${region}`, answer);
  } catch (cause) {
    const code = cause instanceof Error ? cause.name : 'Unknown';
    const said = (cause instanceof Error ? cause.message : String(cause)).trim().replace(/\.$/, '');
    const message = `${action} on ${on} in ${region} failed with ${code}: ${said}. ${remedyFor(action, on, code, cause)}`;
    throw new AwsCallError(action, code, message, { cause });
  }
}

/** The permission that is missing; `undefined` for any other failure. */
export function missingPermission(error: unknown): string | undefined {
  if (!(error instanceof AwsCallError) || !DENIED.test(error.code)) return undefined;
  // Every message of ours begins with the action as a policy names it.
  return /^[a-z0-9-]+:\w+/.exec(error.message)?.[0] ?? error.operation;
}

const DENIED = /AccessDenied|UnauthorizedOperation|AuthorizationError|NotAuthorized/;
const BAD_CREDENTIALS =
  /Credentials|ExpiredToken|InvalidClientToken|UnrecognizedClient|InvalidSignature|SignatureDoesNotMatch|AuthFailure|MissingAuthenticationToken/;
const AWAY = /TimeoutError|AbortError|ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT/;

function remedyFor(action: string, on: string, code: string, cause: unknown): string {
  if (DENIED.test(code)) return `Allow ${action} on ${on} to the identity that you run this with.`;
  if (BAD_CREDENTIALS.test(code)) return 'Give valid AWS credentials: AWS_PROFILE, aws sso login, or a role.';
  const away =
    AWAY.test(code) || (cause instanceof Error && 'code' in cause && AWAY.test(String(cause.code)));
  if (away)
    return 'Check that AWS can be reached from here and that the Region is right, then run this again.';
  if (/Throttl|TooManyRequests|LimitExceeded$/.test(code)) return 'Wait a moment and run this again.';
  return 'What was done before stays done; mend it and run this again.';
}
