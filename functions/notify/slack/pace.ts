import type { Clock } from '../../clock.ts';

/** Keeps calls of one kind apart, and still while Slack has told us to wait. Per process: Slack's 429 binds the others. */
export interface Pace {
  /** Resolves when the next call of `kind` may leave, and takes that turn. */
  turn(kind: string, gapMilliseconds: number): Promise<void>;
  /** No call of `kind` for this long. */
  hold(kind: string, seconds: number): void;
}

export function openPace(clock: Clock): Pace {
  const next = new Map<string, number>();
  return {
    turn: async (kind, gapMilliseconds) => {
      for (;;) {
        const now = clock.now().getTime();
        const due = next.get(kind) ?? now;
        if (due <= now) {
          next.set(kind, now + gapMilliseconds);
          return;
        }
        await clock.sleep(due - now);
      }
    },
    hold: (kind, seconds) => {
      next.set(kind, Math.max(next.get(kind) ?? 0, clock.now().getTime() + seconds * 1000));
    },
  };
}
