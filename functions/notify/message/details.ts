import type { KnownBlock } from '@slack/types';
import { secondsBetween } from '../../clock.ts';
import { checkpointsOf, type Facts, fallbacksOf, type Phase, type Story } from '../story.ts';
import { context, sections } from './blocks.ts';
import { checkpointLine } from './checkpoint.ts';
import { fallbackLine } from './fallback.ts';
import { logLink } from './log-link.ts';
import { code, timeOfDay } from './mrkdwn.ts';
import { blockedLines, podLines, withoutKind } from './pods.ts';
import type { Reader } from './reader.ts';
import { SYMBOL } from './words.ts';

/** The thread of one incident: every pod, checkpoint and decision. Empty until there is something to tell. */
export function detailBlocks(
  story: Story,
  phase: Phase,
  facts: Facts,
  reader: Reader,
): readonly KnownBlock[] {
  const blocks: KnownBlock[] = [
    ...sections('Pods', linesOf(phase)),
    ...sections('Checkpoints', checkpointsOf(story).map(checkpointLine)),
    ...sections('Fallback', fallbacksOf(story).map(fallbackLine)),
  ];
  if (phase.type === 'ended' && blocks.length > 0)
    blocks.push(context(...timesOf(phase.detail, facts), logLink(facts, reader)));
  return blocks;
}

function linesOf(phase: Phase): string[] {
  switch (phase.type) {
    case 'received':
      return [];
    case 'moving':
      return [
        ...phase.detail.workloads.map(
          ({ namespace, name, pods }) =>
            `${SYMBOL.busy} ${code(`${namespace}/${withoutKind(name)}`)} ×${pods}`,
        ),
        ...blockedLines(phase.detail.blockers),
      ];
    case 'ended':
      return podLines(phase.detail.pods);
  }
}

function timesOf(
  { emptiedAt, finishedAt }: Extract<Phase, { type: 'ended' }>['detail'],
  { noticedAt, deadline }: Facts,
): (string | undefined)[] {
  const after = (at: Date) =>
    `${timeOfDay(at)} (${Math.round(secondsBetween(noticedAt, at))} s after the notice)`;
  return [
    `noticed ${timeOfDay(noticedAt)}`,
    emptiedAt ? `empty ${after(emptiedAt)}` : `ended ${after(finishedAt)}`,
    deadline && `instance gone ${timeOfDay(deadline)}`,
  ];
}
