import type { KnownBlock } from '@slack/types';
import { tellAlert } from './message/alert.ts';
import { context, type Message, packBlocks } from './message/blocks.ts';
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
  const [only, ...others] = members;
  if (!only) return [];
  const isStorm = others.length > 0;
  const parent = isStorm
    ? tellStorm(members, reader)
    : tellIncident(only.story, only.phase, only.facts, reader);
  const blocks = isStorm
    ? stormDetails(members, reader)
    : detailBlocks(only.story, only.phase, only.facts, reader);
  const alert = tellAlert(members, reader);
  return [parent, ...tellDetails(parent.text, blocks), ...(alert ? [alert] : [])];
}

/** The stories that can be told, in the order of their notices. */
function membersOf(stories: readonly Story[]): readonly Member[] {
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

function tellDetails(title: string, blocks: readonly KnownBlock[]): readonly Message[] {
  const pages = packBlocks(blocks);
  return pages.map((page, at) => ({
    key: `details-${at + 1}`,
    text: `Details ${pages.length > 1 ? `${at + 1} of ${pages.length} ` : ''}· ${title}`,
    blocks: pages.length > 1 ? [...page, context(`Part ${at + 1} of ${pages.length}`)] : page,
  }));
}
