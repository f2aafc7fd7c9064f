import { BAD_CREDENTIALS, DENIED, THROTTLED } from '../../aws-codes.ts';
import { AwsCallError } from '../../errors.ts';

/** Wall time of one call, retries of the client included. */
const CALL_TIMEOUT_MS = 20_000;

/** Runs a call of an SDK client, which retries by itself; what it fails with in the end is told with a remedy. */
export async function askAws<T>(
  service: 'autoscaling' | 'ec2' | 'eks',
  operation: string,
  call: (options: { readonly abortSignal: AbortSignal }) => Promise<T>,
): Promise<T> {
  try {
    return await call({ abortSignal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
  } catch (error) {
    throw awsCallError(service, operation, error);
  }
}

export function awsCallError(service: string, operation: string, cause: unknown): AwsCallError {
  const { code, said } = problemOf(cause);
  const message = `${service}:${operation} failed with ${code}: ${said}. ${remedy(service, operation, code)}`;
  return new AwsCallError(operation, code, message, { cause });
}

export function problemOf(error: unknown): { readonly code: string; readonly said: string } {
  if (!(error instanceof Error)) return { code: 'Unknown', said: String(error) };
  return { code: error.name, said: error.message };
}

/** AWS has answered and refused; anything else leaves open whether it acted. */
export function isRefusal(error: unknown): boolean {
  const fault: unknown = error instanceof Error && '$fault' in error ? error.$fault : undefined;
  return fault === 'client' && error instanceof Error && error.name !== 'RequestTimeout';
}

function remedy(service: string, operation: string, code: string): string {
  if (DENIED.has(code)) return `Allow ${service}:${operation} in the policy of the fallback's role.`;
  if (BAD_CREDENTIALS.has(code)) return 'Give valid AWS credentials.';
  if (THROTTLED.has(code))
    return `Find who calls ${operation} so often in this account and Region; the next run asks again.`;
  return 'Check that the API can be reached, and the AWS Health Dashboard; the next run asks again.';
}
