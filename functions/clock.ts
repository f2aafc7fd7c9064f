/** Time as a dependency, so that tests and replay can run it fast. */
export interface Clock {
  /** Current time. */
  now(): Date;
  /** Resolves after `ms` of this clock's time, or rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The real clock. Reads the date each time: a monotonic clock may stand still while a Lambda is frozen. */
export const systemClock: Clock = { now: () => new Date(), sleep: wallSleep };

/** A clock that runs `speed` times as fast as the wall, from `startedAt`; for replay and tests. */
export function scaledClock(speed: number, startedAt: Date = new Date()): Clock {
  const wallStart = performance.now();
  return {
    now: () => new Date(startedAt.getTime() + (performance.now() - wallStart) * speed),
    sleep: (ms, signal) => wallSleep(ms / speed, signal),
  };
}

function wallSleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(
      () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      },
      Math.max(0, ms),
    );
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Whole and fractional seconds from `from` to `to`. */
export function secondsBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / 1000;
}
