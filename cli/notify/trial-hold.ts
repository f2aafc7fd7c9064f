import type { Hold, ShownMessages } from '../../functions/notify/ledger/hold.ts';

/**
 * A conversation that only this process knows, as if a post of it had been lost a moment ago: so that the speaker looks
 * for it first, which needs a permission of its own.
 */
export function openTrialHold(conversation: string, now: Date): Hold {
  let shown: ShownMessages = { parent: { postingSince: now.getTime() } };
  return {
    conversation,
    shown: () => shown,
    stories: async () => [],
    write: async (next) => {
      shown = next;
    },
    stay: async () => undefined,
    finish: async () => 'finished',
    release: async () => undefined,
  };
}
