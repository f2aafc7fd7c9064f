import type { ContextBlock, KnownBlock, SectionBlock } from '@slack/types';
import { clip, toPlain } from './mrkdwn.ts';

/** One Slack message, ready to be sent. */
export interface Message {
  /** Its place in the conversation: `parent`, `details-1`, `alert`. Unique in it, and the same in every version. */
  readonly key: string;
  /** One line without blocks: what a notification shows. */
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
  /** A reply that is shown in the channel too, so that people are notified. */
  readonly broadcast?: true;
}

/**
 * Slack refuses a message beyond these. The last is not documented by number: blocks of about 12,000 characters in all
 * are refused as `msg_blocks_too_long` (bolt-js issues 2509, 2867), so we stay well below.
 */
const LIMITS = {
  blocksOfMessage: 50,
  textOfBlock: 3_000,
  charactersOfMessage: 9_000,
} as const;

/** Lines that do not fit are counted, not cut in two. */
export function section(...lines: readonly string[]): SectionBlock {
  return { type: 'section', text: { type: 'mrkdwn', text: fitLines(lines), verbatim: true } };
}

/** As many sections as the lines need; none is left out. */
export function sections(title: string, lines: readonly string[]): readonly SectionBlock[] {
  const groups: string[][] = [];
  let room = 0;
  for (const line of lines.length > 0 ? [`*${title}*`, ...lines] : []) {
    const current = groups.at(-1);
    if (!current || line.length + 1 > room) {
      groups.push([line]);
      room = LIMITS.textOfBlock - MORE_ROOM - line.length - 1;
    } else {
      current.push(line);
      room -= line.length + 1;
    }
  }
  return groups.map((group) => section(...group));
}

/** Small grey print; on one line where there is room. */
export function context(...parts: readonly (string | undefined)[]): ContextBlock {
  const text = parts.filter((part) => part !== undefined && part !== '').join(' · ');
  return {
    type: 'context',
    elements: [{ type: 'mrkdwn', text: clip(text, LIMITS.textOfBlock), verbatim: true }],
  };
}

/** Blocks of one message that may be too many: whole blocks are left out at the end, and counted. */
export function fitBlocks(blocks: readonly KnownBlock[]): readonly KnownBlock[] {
  const [first = [], ...others] = packBlocks(blocks);
  if (others.length === 0) return first;
  const left = others.flat().length;
  const kept = first.length === LIMITS.blocksOfMessage ? first.slice(0, -1) : first;
  return [
    ...kept,
    context(`+${left + first.length - kept.length} more parts that do not fit into one message`),
  ];
}

/** As many blocks into each message as Slack takes, in order. */
export function packBlocks(blocks: readonly KnownBlock[]): readonly (readonly KnownBlock[])[] {
  const messages: KnownBlock[][] = [];
  let room = 0;
  for (const block of blocks) {
    const size = JSON.stringify(block).length;
    const current = messages.at(-1);
    if (!current || size > room || current.length === LIMITS.blocksOfMessage - 1) {
      messages.push([block]);
      room = LIMITS.charactersOfMessage - size;
    } else {
      current.push(block);
      room -= size;
    }
  }
  return messages;
}

/** The message as a terminal shows it. */
export function plainText(blocks: readonly KnownBlock[]): string {
  return blocks.map(plainBlock).join('\n');
}

function plainBlock(block: KnownBlock): string {
  switch (block.type) {
    case 'section':
      return toPlain(block.text?.text ?? '');
    case 'context':
      return block.elements.map((each) => ('text' in each ? toPlain(each.text) : '')).join(' · ');
    case 'header':
      return block.text.text;
    case 'divider':
      return '────';
    default:
      return '';
  }
}

function fitLines(lines: readonly string[]): string {
  const room = LIMITS.textOfBlock - MORE_ROOM;
  const kept: string[] = [];
  let size = 0;
  for (const line of lines) {
    if (size + line.length + 1 > room) break;
    kept.push(line);
    size += line.length + 1;
  }
  const left = lines.length - kept.length;
  return left === 0 ? kept.join('\n') : [...kept, `+${left} more`].join('\n');
}

const MORE_ROOM = 20;
