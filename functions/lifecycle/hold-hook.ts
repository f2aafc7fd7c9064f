import type { Clock } from '../clock.ts';
import type { InstanceId, LifecycleHook } from '../signals/interruption.ts';
import type { HookAnswer, Hooks } from './hooks.ts';

export interface HoldDeps {
  readonly hooks: Hooks;
  readonly clock: Clock;
  /** What became of a heartbeat, when it was not just accepted. */
  readonly tell: (text: string) => void;
}

/** A hook that is kept waiting until `stop`. */
export interface HeldHook {
  /** Auto Scaling goes on at this time whatever we do; absent when nobody knows. */
  readonly endsAt?: Date;
  readonly stop: () => void;
}

/** How long Auto Scaling has been waiting. */
export interface Wait {
  readonly beganAt: Date;
  /** By an earlier run of the same incident. */
  readonly wasHeld: boolean;
}

/** Nobody may set a shorter timeout: what to reckon with when the hook cannot be described. */
const SHORTEST_TIMEOUT_SECONDS = 30;
/** Auto Scaling stretches a wait to at most this many timeouts. */
const MOST_TIMEOUTS = 100;
/** Two heartbeats in a row may fail. */
const BEATS_IN_A_TIMEOUT = 3;
/** A heartbeat that failed is tried again no later than this. */
const RETRY_SECONDS = 10;
/** Kept for the answer to get through. */
const MARGIN_SECONDS = 10;

/**
 * Restarts a hook's timeout, at once and then three times in each timeout, until `stop`. The wait is stretched
 * to the hook's global timeout at most: 100 timeouts or 48 hours, whichever is less.
 */
export async function holdHook(
  deps: HoldDeps,
  hook: LifecycleHook,
  instanceId: InstanceId,
  { beganAt, wasHeld }: Wait,
): Promise<HeldHook> {
  const times = await deps.hooks.describe(hook);
  if (times.type === 'not-ours') return { stop: () => undefined };
  if (times.type === 'failed') deps.tell(times.reason);
  const known = times.type === 'known' ? times : undefined;
  const timeoutSeconds = known?.timeoutSeconds ?? SHORTEST_TIMEOUT_SECONDS;
  const first = await beat(deps, hook, instanceId);
  const stopped = new AbortController();
  if (first.type !== 'expired')
    void keepBeating(deps, hook, instanceId, timeoutSeconds, first, stopped.signal);
  const stretched = known?.longestSeconds ?? MOST_TIMEOUTS * timeoutSeconds;
  // What an earlier run's heartbeats have stretched is not over because one fails, or the hook cannot be described.
  const waits = first.type === 'extended' || wasHeld ? stretched : known?.timeoutSeconds;
  const from = wasHeld && !known ? deps.clock.now() : beganAt;
  return {
    ...(waits !== undefined &&
      first.type !== 'expired' && {
        endsAt: new Date(from.getTime() + (waits - MARGIN_SECONDS) * 1000),
      }),
    stop: () => stopped.abort(),
  };
}

async function beat(
  { hooks, tell }: HoldDeps,
  hook: LifecycleHook,
  instanceId: InstanceId,
  stopped?: AbortSignal,
): Promise<HookAnswer> {
  const answer = await hooks.heartbeat(hook, instanceId);
  // One that was under way when the hook was completed comes too late to mean anything.
  if (answer.type !== 'extended' && !stopped?.aborted)
    tell('reason' in answer ? answer.reason : `heartbeat ${answer.type}`);
  return answer;
}

async function keepBeating(
  deps: HoldDeps,
  hook: LifecycleHook,
  instanceId: InstanceId,
  timeoutSeconds: number,
  first: HookAnswer,
  stopped: AbortSignal,
): Promise<void> {
  const interval = timeoutSeconds / BEATS_IN_A_TIMEOUT;
  let last = first;
  while (last.type !== 'expired') {
    const seconds = last.type === 'failed' ? Math.min(interval, RETRY_SECONDS) : interval;
    try {
      await deps.clock.sleep(seconds * 1000, stopped);
    } catch {
      return;
    }
    last = await beat(deps, hook, instanceId, stopped);
  }
}
