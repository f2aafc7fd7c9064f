import type { Clock } from '../../functions/clock.ts';

interface Sleeper {
  readonly wakeAt: number;
  readonly wake: () => void;
}

/**
 * Time that moves with the event loop, not with the wall: each turn of at least a millisecond adds `speed`
 * milliseconds. Where client and simulated server share the process, a busy machine slows both and the time
 * between them alike, so what takes two round trips takes two round trips' time on any machine.
 */
export function patientClock(speed: number, startedAt: Date = new Date()): Clock {
  const sleepers = new Set<Sleeper>();
  let time = startedAt.getTime();
  let isTicking = false;

  const tick = () => {
    time += speed;
    const due = [...sleepers].filter(({ wakeAt }) => wakeAt <= time);
    for (const { wake } of due.toSorted((one, other) => one.wakeAt - other.wakeAt)) wake();
    isTicking = sleepers.size > 0;
    if (isTicking) setTimeout(tick, 1);
  };

  return {
    now: () => new Date(time),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = () => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        const wake = () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', onAbort);
          resolve();
        };
        const sleeper = { wakeAt: time + Math.max(0, ms), wake };
        signal?.addEventListener('abort', onAbort, { once: true });
        sleepers.add(sleeper);
        if (!isTicking) setTimeout(tick, 1);
        isTicking = true;
      }),
  };
}
