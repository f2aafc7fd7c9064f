import type { StackFunction } from '../template/stack.ts';

/** How many invocations the account runs at once, over all functions, and each function of its reserved share. */
export interface Concurrency {
  /** Undefined: throttled. Otherwise call it when the invocation has ended. */
  enter(of: StackFunction): (() => void) | undefined;
  /** The most that ran at once. */
  peak(): number;
}

export function openConcurrency(account: number): Concurrency {
  const running = new Map<string, number>();
  let total = 0;
  let peak = 0;
  return {
    enter: ({ name, reservedConcurrency = account }) => {
      const own = running.get(name) ?? 0;
      if (total >= account || own >= reservedConcurrency) return undefined;
      total += 1;
      peak = Math.max(peak, total);
      running.set(name, own + 1);
      return () => {
        total -= 1;
        running.set(name, (running.get(name) ?? 1) - 1);
      };
    },
    peak: () => peak,
  };
}
