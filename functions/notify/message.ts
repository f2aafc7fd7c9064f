import type { KnownBlock } from '@slack/types';
import { tellAlert } from './message/alert.ts';
import { context, type Message, packBlocks, section } from './message/blocks.ts';
import { detailBlocks } from './message/details.ts';
import { tellIncident } from './message/incident.ts';
import type { Reader } from './message/reader.ts';
import { type Member, stormDetails, tellStorm } from './message/storm.ts';
import { factsOf, phaseOf, type Story } from './story.ts';

/**
 * A conversation about the interruptions of one cluster within a short window, as Slack should show it: the parent
 * first, then its thread. Pure: the same stories give the same messages, whatever order their events came in.
 */
export function tellConversation(stories: readonly Story[], reader: Reader): readonly Message[] {
  const members = membersOf(stories);
  if (members.length === 0) return [];
  const parent = tellParent(members, reader);
  const alert = tellAlert(members, reader);
  return [parent, ...tellDetails(parent.text, thread(members, reader)), ...(alert ? [alert] : [])];
}

/** The same where nothing can be edited or threaded: the parent as it is now, and the details of `ended` below it. */
export function tellAtOnce(
  members: readonly Member[],
  ended: readonly Member[],
  reader: Reader,
): readonly Message[] {
  const parent = tellParent(members, reader);
  const alert = tellAlert(ended, reader);
  // Where several share the conversation, each line must name its node, also when only one has ended.
  const details = members.length > 1 ? stormDetails(ended, reader) : thread(ended, reader);
  // Of a single node the parent below says the rest.
  const call = alert && (members.length > 1 ? alert.blocks : [section(alert.text)]);
  const blocks = [...(call ?? []), ...parent.blocks, ...(ended.length > 0 ? details : [])];
  return packBlocks(blocks).map((page, at) => ({
    key: `part-${at + 1}`,
    text: at === 0 ? (alert?.text ?? parent.text) : parent.text,
    blocks: page,
  }));
}

/** The stories that can be told, in the order of their notices. */
export function membersOf(stories: readonly Story[]): readonly Member[] {
  return stories
    .flatMap((story) => {
      const phase = phaseOf(story);
      const facts = factsOf(story);
      return phase && facts ? [{ story, phase, facts }] : [];
    })
    .toSorted(
      ({ facts: one }, { facts: other }) =>
        one.noticedAt.getTime() - other.noticedAt.getTime() || (one.incident < other.incident ? -1 : 1),
    );
}

function tellParent(members: readonly Member[], reader: Reader): Message {
  const [only, ...others] = members;
  if (!only || others.length > 0) return tellStorm(members, reader);
  return tellIncident(only.story, only.phase, only.facts, reader);
}

function thread(members: readonly Member[], reader: Reader): readonly KnownBlock[] {
  const [only, ...others] = members;
  if (!only || others.length > 0) return stormDetails(members, reader);
  return detailBlocks(only.story, only.phase, only.facts, reader);
}

function tellDetails(title: string, blocks: readonly KnownBlock[]): readonly Message[] {
  const pages = packBlocks(blocks);
  return pages.map((page, at) => ({
    key: `details-${at + 1}`,
    text: `Details ${pages.length > 1 ? `${at + 1} of ${pages.length} ` : ''}· ${title}`,
    blocks: pages.length > 1 ? [...page, context(`Part ${at + 1} of ${pages.length}`)] : page,
  }));
}
