import type { Clock } from '../../clock.ts';
import type { Answer } from './messenger.ts';
import type { Pace } from './pace.ts';

export interface PersistDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly pace: Pace;
  /** Called before each attempt: waiting must not cost us the word. */
  readonly stay: () => Promise<void>;
  /** Forgets the token in use; the next attempt gets the one that is in the secret then. */
  readonly forget: () => void;
}

/** One kind of call to Slack. */
export interface Call<Value> {
  /** Calls of one kind are kept apart by this much. */
  readonly kind: string;
  readonly gapMilliseconds: number;
  /** An attempt whose answer was lost may be repeated as it is. */
  readonly repeatable: boolean;
  readonly send: () => Promise<Answer<Value>>;
}

/** Trouble that lasts longer is left to the next delivery. */
const PATIENCE_MS = 60_000;

/**
 * Sends one call, at its turn, and again while Slack says wait, does not answer, or has a new token: until it is
 * answered for good, or `until`. The last answer is returned as it is.
 */
export async function persist<Value>(
  deps: PersistDeps,
  call: Call<Value>,
  until: Date,
): Promise<Answer<Value>> {
  const { clock, pace, random } = deps;
  const giveUpAt = Math.min(until.getTime(), clock.now().getTime() + PATIENCE_MS);
  let isTokenFresh = false;
  for (let attempt = 0; ; attempt++) {
    await pace.turn(call.kind, call.gapMilliseconds);
    await deps.stay();
    const answer = await call.send();
    const wait = waitAfter(answer, attempt, { ...call, random, isTokenFresh });
    if (wait === undefined) return answer;
    if (answer.type === 'limited') pace.hold(call.kind, answer.afterSeconds);
    if (answer.type === 'unauthorized') {
      deps.forget();
      isTokenFresh = true;
    }
    if (clock.now().getTime() + wait >= giveUpAt) return answer;
    await clock.sleep(wait);
  }
}

/** Milliseconds until another attempt makes sense; `undefined` when none does. */
function waitAfter(
  answer: Answer<unknown>,
  attempt: number,
  { repeatable, random, isTokenFresh }: { repeatable: boolean; random: () => number; isTokenFresh: boolean },
): number | undefined {
  switch (answer.type) {
    case 'limited':
      return answer.afterSeconds * 1000;
    case 'uncertain':
      return repeatable ? Math.min(8_000, 500 * 2 ** attempt) * (0.5 + random()) : undefined;
    case 'unauthorized':
      return isTokenFresh ? undefined : 0;
    case 'done':
    case 'missing':
    case 'refused':
      return undefined;
  }
}
