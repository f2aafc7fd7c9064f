import type { Clock } from '../clock.ts';
import { ClusterError } from '../errors.ts';

interface InsistDeps {
  readonly clock: Clock;
  /** In [0, 1), for jitter. */
  readonly random: () => number;
}

export interface InsistOptions {
  /** No attempt goes on for longer. */
  readonly until: Date;
  readonly signal?: AbortSignal;
  /** Called once, with the first failure that is tried again. */
  readonly onRetry?: (error: ClusterError) => void;
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;

/**
 * Tries again while the API server cannot be reached or other writers were faster, as long as time allows; the signal
 * that an attempt gets aborts when time is up. Throws the last failure then, every other `ClusterError` at once, and
 * the reason of `options.signal` when that aborts.
 */
export async function insist<T>(
  { clock, random }: InsistDeps,
  { onRetry, signal, until }: InsistOptions,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const done = new AbortController();
  const stopped = signal ? AbortSignal.any([signal, done.signal]) : done.signal;
  let failure = new ClusterError('unreachable', 'The API server did not answer before the deadline.');
  clock.sleep(until.getTime() - clock.now().getTime(), stopped).then(
    () => over.abort(failure),
    () => undefined,
  );
  const within = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  try {
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(LONGEST_WAIT_MS, wait * 2)) {
      try {
        return await attempt(within);
      } catch (error) {
        if (within.aborted || !isPassing(error)) throw error;
        failure = error;
        if (wait === FIRST_WAIT_MS) onRetry?.(error);
      }
      await clock.sleep(wait * (0.5 + random()), within);
    }
  } finally {
    done.abort();
  }
}

function isPassing(error: unknown): error is ClusterError {
  return error instanceof ClusterError && (error.fault === 'unreachable' || error.fault === 'outrun');
}
