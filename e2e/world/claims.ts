import { setTimeout as sleep } from 'node:timers/promises';

/** `true`, or what was seen in its place. */
type Seen = true | string;

/** What a scenario says must be so, each looked at until it is, or its time is over. */
export interface Claims {
  /** @throws ClaimError */
  claim(what: string, look: () => Seen | Promise<Seen>, withinSeconds?: number): Promise<void>;
  readonly kept: readonly string[];
}

export class ClaimError extends Error {
  override readonly name = 'ClaimError';
}

const LOOK_AGAIN_MS = 250;

export function openClaims(signal: AbortSignal): Claims {
  const kept: string[] = [];
  return {
    kept,
    claim: async (what, look, withinSeconds = 5) => {
      for (const until = Date.now() + withinSeconds * 1_000; ; await sleep(LOOK_AGAIN_MS)) {
        signal.throwIfAborted();
        const seen = await look();
        if (seen === true) return void kept.push(what);
        if (Date.now() > until)
          throw new ClaimError(`not so within ${withinSeconds} s: ${what}. Seen: ${seen}`);
      }
    },
  };
}

/** `true` where both are the same, else what is. */
export function same(found: unknown, wanted: unknown): Seen {
  const [seen, due] = [JSON.stringify(found), JSON.stringify(wanted)];
  return seen === due || `${seen} instead of ${due}`;
}
