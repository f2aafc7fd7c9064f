import { untilAborted } from '../until-aborted.ts';

/** Lets so many pass at once; the others wait in line. */
export interface Turnstile {
  /** Rejects with the signal's reason when that aborts in the line. */
  pass<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

export function openTurnstile(width: number): Turnstile {
  let inside = 0;
  const line = new Set<() => void>();
  return {
    pass: async (work, signal) => {
      signal.throwIfAborted();
      if (inside < width) inside += 1;
      else await turn(signal);
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };

  async function turn(signal: AbortSignal): Promise<void> {
    const called = Promise.withResolvers<void>();
    line.add(called.resolve);
    try {
      await untilAborted(called.promise, signal);
    } catch (error) {
      // Called and aborted in the same moment: the place is the next one's.
      if (!line.delete(called.resolve)) leave();
      throw error;
    }
  }

  /** Whoever is called has the place of the one that left. */
  function leave(): void {
    const [next] = line;
    if (!next) inside -= 1;
    else {
      line.delete(next);
      next();
    }
  }
}
