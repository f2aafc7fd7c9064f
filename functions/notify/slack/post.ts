import { type Message, plainText } from '../message/blocks.ts';
import { clip } from '../message/mrkdwn.ts';
import type { Spoken } from '../publish.ts';
import type { Answer, Where } from './messenger.ts';
import { FIND, placeOf, postIn, remember, type Stage, send, shownOf, stop } from './stage.ts';

/**
 * Posts a message once. The intent is written down first: if the answer is lost, by a time-out or with this process,
 * the next attempt looks in the channel for the mark that each message carries, before it posts again.
 */
export async function post(stage: Stage, message: Message, content: string): Promise<Spoken> {
  const { key } = message;
  const where = placeOf(stage, key);
  const { postingSince } = shownOf(stage, key);
  if (postingSince !== undefined) {
    const found = await findEarlier(stage, where, new Date(postingSince));
    if (found.type !== 'done') return stop(found);
    if (found.value !== undefined) return remember(stage, key, { ts: found.value });
  }
  await remember(stage, key, { postingSince: postingSince ?? stage.clock.now().getTime() });
  const answer = await send(stage, postIn(stage.channel), (bot) => bot.post(where, message));
  switch (answer.type) {
    case 'done':
      return remember(stage, key, { ts: answer.value.ts, content });
    case 'uncertain':
      return postAfterLoss(stage, message, content, answer.reason);
    case 'missing':
      // Somebody deleted the parent of this reply; it is posted anew, then this.
      await remember(stage, key, {});
      return remember(stage, 'parent', {});
    case 'refused':
      if (!isOurMistake(answer.code, message)) return stop(answer);
      return post(stage, withoutBlocks(stage, message, answer.reason), content);
    default:
      return stop(answer);
  }
}

/** Better a plain message than none: what Slack does not like about the blocks is ours to mend, later. */
export function withoutBlocks({ log }: Stage, message: Message, reason: string): Message {
  log.error('Slack refused the blocks of a message; it is sent as plain text', { key: message.key, reason });
  return { ...message, text: clip(plainText(message.blocks), 3_500), blocks: [] };
}

export function isOurMistake(code: string, { blocks }: Message): boolean {
  return blocks.length > 0 && (code === 'invalid_blocks' || code === 'msg_blocks_too_long');
}

const LOOK_AFTER_MS = 2_000;

/** The request may still be under way inside Slack: a moment's patience, then a look. */
async function postAfterLoss(
  stage: Stage,
  message: Message,
  content: string,
  reason: string,
): Promise<Spoken> {
  stage.log.warn('Slack did not answer a post; looking whether it is there', { key: message.key, reason });
  if (stage.clock.now().getTime() + LOOK_AFTER_MS >= stage.until.getTime())
    return { type: 'unfinished', reason };
  await stage.clock.sleep(LOOK_AFTER_MS);
  return post(stage, message, content);
}

async function findEarlier(stage: Stage, where: Where, since: Date): Promise<Answer<string | undefined>> {
  const answer = await send(stage, FIND, (bot) => bot.find(where, since));
  // It may post where it may not look. Told twice is better than not told.
  if (answer.type !== 'refused') return answer;
  stage.log.warn('A post whose answer was lost may show twice', { mark: where.mark, reason: answer.reason });
  return { type: 'done', value: undefined };
}
