import type { Clock } from '../clock.ts';
import { untilAborted } from '../until-aborted.ts';

/** Who wants the watched pods to be listed again, and when that was last done. Many wishes are one list. */
export interface Looks {
  /** Resolves when a list that was asked for after `moment` has been shown; rejects with the signal's reason. */
  since(moment: Date, why: string, signal: AbortSignal): Promise<void>;
  /** Aborts when somebody waits for a list. */
  wanted(): AbortSignal;
  why(): string | undefined;
  /** A list is about to be asked for. Wishes from now on are for another one. */
  begin(): { readonly shown: () => void };
}

export function openLooks(clock: Clock): Looks {
  let wish = openWish();
  let latest = new Date(0);
  return {
    since: async (moment, why, signal) => {
      if (latest > moment) return;
      signal.throwIfAborted();
      wish.why ??= why;
      wish.made.abort();
      await untilAborted(wish.granted.promise, signal);
    },
    wanted: () => wish.made.signal,
    why: () => wish.why,
    begin: () => {
      const granted = wish.granted;
      const startedAt = clock.now();
      wish = openWish();
      return {
        shown: () => {
          latest = startedAt;
          granted.resolve();
        },
      };
    },
  };
}

interface Wish {
  readonly made: AbortController;
  readonly granted: PromiseWithResolvers<void>;
  why?: string;
}

function openWish(): Wish {
  return { made: new AbortController(), granted: Promise.withResolvers() };
}
