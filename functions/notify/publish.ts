import type { Clock } from '../clock.ts';
import { type Hold, HoldLostError } from './ledger/hold.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Story } from './story.ts';

/** How a conversation was left. */
export type Published =
  /** Slack shows all that was known a moment ago. */
  | { readonly type: 'shown' }
  /** Another has the word; it will see what we kept before it gives the word back. */
  | { readonly type: 'busy' }
  /** Slack was not to be had in time; what is not shown yet is in the table. */
  | { readonly type: 'unfinished'; readonly reason: string }
  /** Slack will refuse until a person changes something. */
  | { readonly type: 'refused'; readonly reason: string };

/** Brings Slack to what `messages` want of one conversation; writes down each step before and after it is taken. */
export type Speak = (hold: Hold, stories: readonly Story[], until: Date) => Promise<Spoken>;

export type Spoken =
  | { readonly type: 'said' }
  | { readonly type: 'unfinished' | 'refused'; readonly reason: string };

export interface PublishDeps {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly speak: Speak;
}

/** Between two looks at a conversation that goes on changing: what comes in meanwhile is told at once. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Shows a conversation as it stands, and goes on while it changes: one speaker at a time over all processes, and the
 * latest state wins. Whoever keeps an event either gets the word here, or finds it taken by one who will look again.
 */
export async function publish(conversation: string, deps: PublishDeps, until: Date): Promise<Published> {
  const hold = await deps.ledger.hold(conversation);
  if (!hold) return { type: 'busy' };
  try {
    for (;;) {
      const spoken = await deps.speak(hold, await hold.stories(), until);
      if (spoken.type !== 'said') return await leave(hold, spoken);
      if ((await hold.finish()) === 'finished') return { type: 'shown' };
      if (deps.clock.now().getTime() + LOOK_AGAIN_MS >= until.getTime())
        return await leave(hold, { type: 'unfinished', reason: 'the time was up while more came in' });
      await deps.clock.sleep(LOOK_AGAIN_MS);
    }
  } catch (error) {
    if (error instanceof HoldLostError) return { type: 'busy' };
    await hold.release().catch(() => undefined);
    throw error;
  }
}

async function leave(hold: Hold, published: Published): Promise<Published> {
  await hold.release();
  return published;
}
