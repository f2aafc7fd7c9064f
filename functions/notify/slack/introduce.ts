import type { BotDeps } from './bot.ts';
import { openClient, sortThrown } from './bot.ts';

/** Who Slack takes a token for. */
export type Introduction = { readonly type: 'known'; readonly name: string } | Closed;

/** `reason` ends with what to do. */
interface Closed {
  readonly type: 'refused' | 'away';
  readonly reason: string;
}

/** Asks Slack whose token it is; posts nothing. */
export async function askSlack(deps: BotDeps): Promise<Introduction> {
  const method = 'auth.test';
  try {
    const { team, user } = await openClient(deps).auth.test();
    return { type: 'known', name: `${user} of ${team}` };
  } catch (error) {
    return closedBy(sortThrown(method, { channel: '-', mark: '' }, error));
  }
}

/** Whether the bot is in the channel and may look back in it, as it does before it posts again; posts nothing. */
export async function askChannel(
  deps: BotDeps,
  channel: string,
): Promise<{ readonly type: 'open' } | Closed> {
  const method = 'conversations.history';
  try {
    await openClient(deps).apiCall(method, { channel, limit: 1 });
    return { type: 'open' };
  } catch (error) {
    return closedBy(sortThrown(method, { channel, mark: '' }, error));
  }
}

function closedBy(answer: ReturnType<typeof sortThrown>): Closed {
  if (answer.type === 'unauthorized' || answer.type === 'refused')
    return { type: 'refused', reason: answer.reason };
  return { type: 'away', reason: 'reason' in answer ? answer.reason : 'Slack asks to be called later' };
}
