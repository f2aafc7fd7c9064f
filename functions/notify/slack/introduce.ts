import type { BotDeps } from './bot.ts';
import { openClient, sortThrown } from './bot.ts';

/** Who Slack takes a token for. */
export type Introduction =
  | { readonly type: 'known'; readonly name: string }
  /** `reason` ends with what to do. */
  | { readonly type: 'refused' | 'away'; readonly reason: string };

/** Asks Slack whose token it is; posts nothing. */
export async function askSlack(deps: BotDeps): Promise<Introduction> {
  const method = 'auth.test';
  try {
    const { team, user } = await openClient(deps).auth.test();
    return { type: 'known', name: `${user} of ${team}` };
  } catch (error) {
    const answer = sortThrown(method, { channel: '-', mark: '' }, error);
    if (answer.type === 'unauthorized' || answer.type === 'refused')
      return { type: 'refused', reason: answer.reason };
    return { type: 'away', reason: 'reason' in answer ? answer.reason : 'Slack asks to be called later' };
  }
}
