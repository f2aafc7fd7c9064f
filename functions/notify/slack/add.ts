import type { Clock } from '../../clock.ts';
import type { Hold, ShownMessages } from '../ledger/hold.ts';
import type { Message } from '../message/blocks.ts';
import type { Spoken } from '../publish.ts';
import type { Story } from '../story.ts';
import type { Due } from '../webhook-plan.ts';
import type { Pace } from './pace.ts';
import { persist } from './persist.ts';
import { stop } from './stage.ts';
import type { Webhook } from './webhook.ts';

export interface AddDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly pace: Pace;
  readonly webhook: () => Promise<Webhook>;
  readonly forget: () => void;
}

/**
 * Sends what is due to a webhook, until nothing is. Whether a message whose answer was lost has arrived cannot be found
 * out, so it is sent again: shown twice is better than not shown.
 */
export async function addMessages(
  deps: AddDeps,
  hold: Hold,
  channel: string,
  stories: readonly Story[],
  plan: (stories: readonly Story[], shown: ShownMessages) => Due | undefined,
  until: Date,
): Promise<Spoken> {
  let known = stories;
  for (;;) {
    const due = plan(known, hold.shown());
    if (!due) return { type: 'said' };
    const wait = due.notBefore - deps.clock.now().getTime();
    if (wait > 0) {
      if (due.notBefore >= until.getTime())
        return { type: 'unfinished', reason: 'the next message is not due yet' };
      await deps.clock.sleep(Math.min(wait, LOOK_EVERY_MS));
      known = await hold.stories();
      continue;
    }
    for (const message of due.messages) {
      const spoken = await addMessage(deps, hold, channel, message, until);
      if (spoken.type !== 'said') return spoken;
    }
    await hold.write(due.afterwards(deps.clock.now()));
  }
}

/** While we wait, more may come in, or all may end. */
const LOOK_EVERY_MS = 2_000;

async function addMessage(
  deps: AddDeps,
  hold: Hold,
  channel: string,
  message: Message,
  until: Date,
): Promise<Spoken> {
  const answer = await persist(
    { ...deps, stay: () => hold.stay() },
    {
      kind: `webhook ${channel}`,
      gapMilliseconds: 1_100,
      repeatable: true,
      send: async () => (await deps.webhook()).send(message),
    },
    until,
  );
  return answer.type === 'done' ? { type: 'said' } : stop(answer);
}
