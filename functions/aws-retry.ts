import { THROTTLED } from './aws-codes.ts';
import type { Clock } from './clock.ts';

/** How long a call to AWS is tried again, by a clock that may be a simulated one. */
export interface Patience {
  readonly clock: Clock;
  /** In [0, 1), for jitter. */
  readonly random: () => number;
  readonly patienceMs: number;
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** Wall time of one call on the wire. */
  readonly callTimeoutMs: number;
  /** So many in any case: one lost answer, however long it was waited for, need not be the end. @default 1 */
  readonly leastAttempts?: number;
}

/** What every call on the wire is to be given. */
export interface CallOptions {
  readonly abortSignal: AbortSignal;
}

/**
 * Runs `call`, again with full jitter while the service throttles or fails for a moment, as long as there is patience. Give the
 * client `maxAttempts: 1`: its own retries would know no deadline.
 *
 * @throws what `giveUp` makes of the last error and the number of attempts.
 */
export async function retryTransient<T>(
  patience: Patience,
  call: (options: CallOptions) => Promise<T>,
  giveUp: (attempts: number, error: unknown) => Error,
): Promise<T> {
  const { callTimeoutMs, clock, firstDelayMs, leastAttempts = 1, longestDelayMs, random } = patience;
  const giveUpAt = clock.now().getTime() + patience.patienceMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await call({ abortSignal: AbortSignal.timeout(callTimeoutMs) });
    } catch (error) {
      const delay = random() * Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1));
      const late = attempt >= leastAttempts && clock.now().getTime() + delay > giveUpAt;
      if (late || !isTransient(error)) throw giveUp(attempt, error);
      await clock.sleep(delay);
    }
  }
}

function isTransient(error: unknown): boolean {
  return isThrottle(error) || isOutage(error);
}

export function isThrottle(error: unknown): boolean {
  return error instanceof Error && THROTTLED.has(error.name);
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

/** The service fails, or cannot be reached. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (statusOf(error) >= 500 || CONNECTION_FAULTS.has(error.name)) return true;
  return 'code' in error && typeof error.code === 'string' && CONNECTION_FAULTS.has(error.code);
}

/** HTTP status of an SDK error, 0 when there is none. What could not be parsed has it in the answer only. */
function statusOf(error: Error): number {
  return numberIn(error, '$metadata', 'httpStatusCode') ?? numberIn(error, '$response', 'statusCode') ?? 0;
}

function numberIn(error: Error, field: string, key: string): number | undefined {
  const part: unknown = Reflect.get(error, field);
  if (typeof part !== 'object' || part === null) return undefined;
  const value: unknown = Reflect.get(part, key);
  return typeof value === 'number' ? value : undefined;
}
