import { cases } from '../../cli/notify/cases.ts';
import type { SlackThread } from '../../simulator/slack/slack.ts';
import { asEvent, type Scene } from './scene.ts';

/** The events of a case of the preview, as they come from the bus. */
export function eventsOf(name: string): readonly unknown[] {
  const found = cases.find((each) => each.name === name);
  if (!found) throw new RangeError(`no case ${name}`);
  return found.events.map(asEvent);
}

/** What a person sees: texts and blocks, the thread in the order of the messages' names. */
export async function conversationsOf({ slack }: Scene, channel = slack.channel) {
  const threads = await slack.read(channel);
  const looks = ({ text, blocks, broadcast, mark }: SlackThread['replies'][number]) => ({
    mark,
    text,
    blocks,
    broadcast,
  });
  const byMark = (one: { mark: string | undefined }, other: { mark: string | undefined }) =>
    String(one.mark) < String(other.mark) ? -1 : 1;
  return threads
    .map((thread) => ({ ...looks(thread), replies: thread.replies.map(looks).toSorted(byMark) }))
    .toSorted(byMark);
}
