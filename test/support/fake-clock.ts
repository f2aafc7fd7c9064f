import type { Clock } from '../../functions/clock.ts';

interface Sleeper {
  readonly wakeAt: number;
  readonly wake: () => void;
}

/** Time that stands still until a test moves it. */
export class FakeClock implements Clock {
  /** What every sleep so far asked for, in milliseconds. */
  readonly slept: number[] = [];
  readonly #sleepers = new Set<Sleeper>();
  readonly #watchers: (() => void)[] = [];
  #time: number;

  constructor(startedAt: Date = new Date('2026-11-20T10:00:00Z')) {
    this.#time = startedAt.getTime();
  }

  now(): Date {
    return new Date(this.#time);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.slept.push(ms);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const wake = () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const sleeper: Sleeper = { wakeAt: this.#time + Math.max(0, ms), wake };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#sleepers.add(sleeper);
      for (const tell of this.#watchers.splice(0)) tell();
    });
  }

  /** Moves time on by `ms`; sleepers wake in the order of their times, each at its own time. */
  async advance(ms: number): Promise<void> {
    const end = this.#time + ms;
    for (let next = this.#nextUntil(end); next; next = this.#nextUntil(end)) {
      this.#time = next.wakeAt;
      next.wake();
      await letRun();
    }
    this.#time = end;
  }

  /** Resolves as soon as someone sleeps: at once when someone does. */
  untilAsleep(): Promise<void> {
    if (this.#sleepers.size > 0) return Promise.resolve();
    return new Promise((resolve) => this.#watchers.push(resolve));
  }

  #nextUntil(end: number): Sleeper | undefined {
    const due = [...this.#sleepers].filter(({ wakeAt }) => wakeAt <= end);
    return due.toSorted((one, other) => one.wakeAt - other.wakeAt)[0];
  }
}

/** The woken go on, and may sleep again, before time moves further. */
function letRun(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
