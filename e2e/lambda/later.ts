import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalFunction } from './function.ts';

/** What became of an event that a function was given to work on by itself. */
export type LaterEnding =
  | { readonly type: 'done'; readonly attempts: number }
  | { readonly type: 'given-up'; readonly reason: string };

/** Between attempts of a throttled invocation: a second at first, twice as long each time, five minutes at most. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;
/** Before the second and the third attempt of one that failed. */
const RETRY_PAUSES_MS = [60_000, 120_000];

/**
 * Lambda's asynchronous invocation: throttled ones are tried again until the event is too old, failed ones as often as
 * the function's configuration says. docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export async function invokeLater(
  { invoke, properties: { later } }: LocalFunction,
  event: unknown,
  signal: AbortSignal,
): Promise<LaterEnding> {
  const until = Date.now() + later.longestAgeSeconds * 1_000;
  let failures = 0;
  for (let attempts = 1, pause = FIRST_PAUSE_MS; ; attempts += 1) {
    const ending = await invoke(event);
    if (ending.type === 'returned') return { type: 'done', attempts };
    if (signal.aborted) return { type: 'given-up', reason: 'the driver stops' };
    const reason = ending.type === 'failed' ? ending.error : ending.type;
    if (ending.type !== 'throttled') failures += 1;
    if (failures > later.retries) return { type: 'given-up', reason };
    const wait = ending.type === 'throttled' ? pause : (RETRY_PAUSES_MS[failures - 1] ?? 0);
    if (Date.now() + wait > until) return { type: 'given-up', reason: `too old, last ${reason}` };
    // Spread, as all of Lambda's queue is.
    await sleep(wait * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
    if (ending.type === 'throttled') pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}
