import { createHash } from 'node:crypto';
import type { Hold } from '../ledger/hold.ts';
import type { Message } from '../message/blocks.ts';
import type { Spoken } from '../publish.ts';
import { isOurMistake, post, withoutBlocks } from './post.ts';
import { EDIT, placeOf, remember, SAID, type ShowDeps, type Stage, send, shownOf, stop } from './stage.ts';

/**
 * Makes Slack show `messages` in `channel`, the first as parent and the others in its thread: posts what is not there,
 * edits what differs, removes what is no longer wanted. Repeating it changes nothing.
 */
export async function showMessages(
  deps: ShowDeps,
  hold: Hold,
  channel: string,
  messages: readonly Message[],
  until: Date,
): Promise<Spoken> {
  const stage: Stage = { ...deps, hold, channel, until };
  for (let round = 0; round < ROUNDS; round++) {
    const spoken = await showEach(stage, messages);
    if (spoken.type !== 'said') return spoken;
    // A reply may find that somebody has deleted the parent: then both are posted anew.
    if (messages.every(({ key }) => shownOf(stage, key).ts !== undefined)) break;
  }
  return takeBackOthers(stage, messages);
}

const ROUNDS = 3;

async function showEach(stage: Stage, messages: readonly Message[]): Promise<Spoken> {
  for (const message of messages) {
    const spoken = await showOne(stage, message);
    if (spoken.type !== 'said') return spoken;
  }
  return SAID;
}

async function showOne(stage: Stage, message: Message): Promise<Spoken> {
  const content = digest(message);
  // Once more if somebody deleted it, or if a lost post was found with an older content.
  for (let round = 0; round < ROUNDS; round++) {
    if (message.key !== 'parent' && shownOf(stage, 'parent').ts === undefined) return SAID;
    const { ts, content: current } = shownOf(stage, message.key);
    if (ts !== undefined && current === content) return SAID;
    const spoken =
      ts === undefined ? await post(stage, message, content) : await edit(stage, ts, message, content);
    if (spoken.type !== 'said') return spoken;
  }
  return SAID;
}

async function edit(stage: Stage, ts: string, message: Message, content: string): Promise<Spoken> {
  const { key } = message;
  const answer = await send(stage, EDIT, (bot) => bot.update(placeOf(stage, key), ts, message));
  switch (answer.type) {
    case 'done':
      return remember(stage, key, { ts, content });
    case 'missing':
      return remember(stage, key, {});
    case 'refused':
      if (!isOurMistake(answer.code, message)) return stop(answer);
      return edit(stage, ts, withoutBlocks(stage, message, answer.reason), content);
    default:
      return stop(answer);
  }
}

/** As when an alert has been settled, or the thread needs a part less. */
async function takeBackOthers(stage: Stage, messages: readonly Message[]): Promise<Spoken> {
  const wanted = new Set(messages.map(({ key }) => key));
  for (const [key, { ts }] of Object.entries(stage.hold.shown())) {
    if (wanted.has(key) || ts === undefined) continue;
    const answer = await send(stage, EDIT, (bot) => bot.remove(placeOf(stage, key), ts));
    if (answer.type !== 'done' && answer.type !== 'missing') return stop(answer);
    const { [key]: _, ...others } = stage.hold.shown();
    await stage.hold.write(others);
  }
  return SAID;
}

function digest({ text, blocks }: Message): string {
  return createHash('sha256').update(JSON.stringify({ text, blocks })).digest('base64url').slice(0, 22);
}
