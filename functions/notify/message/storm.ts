import type { KnownBlock } from '@slack/types';
import { LEVELS, type Level, levelOfOutcome, worstOf } from '../level.ts';
import { checkpointsOf, type Facts, fallbacksOf, type Phase, type Story } from '../story.ts';
import { adviseOn } from './advice.ts';
import { context, fitBlocks, type Message, section, sections } from './blocks.ts';
import { countCheckpoints } from './checkpoint.ts';
import { detailBlocks } from './details.ts';
import { fallbackLine } from './fallback.ts';
import { headlineOf, levelOfStory, secondsToSpare } from './headline.ts';
import { code, say, timeOfDay } from './mrkdwn.ts';
import { placeLine } from './place.ts';
import { blockedLines, blockedPods, countMoved, lossLines } from './pods.ts';
import type { Reader } from './reader.ts';
import { nameOfKind, nameOfOutcome, plural, SYMBOL, shortNode, symbolOfEnd } from './words.ts';

/** One incident that can be told: at least its receipt is known. */
export interface Member {
  readonly story: Story;
  readonly phase: Phase;
  readonly facts: Facts;
}

/** So many nodes are listed in the message itself; of more, only the ones that went wrong. */
const LISTED = 6;
/** So many get their pods listed in the thread; of more, a line each and what went wrong. */
const DETAILED = 3;

/** The message that several interruptions of one cluster share. */
export function tellStorm(members: readonly Member[], reader: Reader): Message {
  const [first] = members;
  if (!first) throw new RangeError('a storm has at least one member');
  const ended = members.filter(({ phase }) => phase.type === 'ended').length;
  const level = worstOf(members.map(levelOfMember));
  const isOver = ended === members.length;
  const symbol = isOver ? (level === 'info' ? SYMBOL.done : SYMBOL[level]) : SYMBOL.notice;
  const title = `${plural(members.length, 'node')} interrupted`;
  const progress = isOver ? 'all handled' : `${ended} of ${members.length} handled`;
  const blocks: KnownBlock[] = [
    section(`${symbol} *${title}* · ${progress}${deadlineOf(members)}`, placeLine(first.facts, reader)),
    section(...outcomeLines(members)),
    ...sections(...listOf(members)),
    ...sideBlocks(members),
    context(...countKinds(members), ...countTypes(members)),
  ];
  const text = `${title} in ${first.facts.cluster ?? 'an unknown cluster'}: ${progress}`;
  return { key: 'parent', text: say(text, 300), blocks: fitBlocks(blocks) };
}

/** The thread of a storm: every node and its outcome, the worst first. */
export function stormDetails(members: readonly Member[], reader: Reader): readonly KnownBlock[] {
  if (members.length <= DETAILED) {
    return members.flatMap(({ story, phase, facts }) => [
      section(memberLine({ story, phase, facts })),
      ...detailBlocks(story, phase, facts, reader),
    ]);
  }
  return sections('Nodes', worstFirst(members).flatMap(memberLines));
}

/** A node in one line. */
function memberLine({ story, phase, facts }: Member): string {
  const { symbol, title } = headlineOf(story, phase, facts);
  const counts = phase.type === 'ended' ? countMoved(phase.detail) : '';
  return `${symbol} ${code(shortNode(facts))} ${title}${counts ? ` · ${counts}` : ''}`;
}

export function levelOfMember({ story, phase }: Member): Level {
  return levelOfStory(story, phase);
}

function memberLines(member: Member): string[] {
  const { phase, story } = member;
  const checkpoints = checkpointsOf(story);
  const troubles =
    phase.type === 'ended'
      ? [...reasonOf(phase), ...blockedLines(blockedPods(phase.detail)), ...lossLines(phase.detail)]
      : [];
  const saved = checkpoints.length > 0 ? [`checkpoints: ${countCheckpoints(checkpoints)}`] : [];
  return [memberLine(member), ...[...troubles, ...saved].map((line) => `      ${line}`)];
}

function reasonOf({ detail }: Extract<Phase, { type: 'ended' }>): string[] {
  const { reason } = detail.outcome;
  return reason === undefined ? [] : [say(reason, 300)];
}

function outcomeLines(members: readonly Member[]): string[] {
  const ended = members.flatMap(({ phase }) => (phase.type === 'ended' ? [phase.detail] : []));
  const groups = [...Map.groupBy(ended, ({ outcome }) => outcome.type)];
  const spare = ended.map(secondsToSpare).filter((seconds) => seconds !== undefined);
  const least = spare.length > 0 ? `, at least ${Math.min(...spare)} s to spare` : '';
  const busy = members.length - ended.length;
  return [
    ...groups
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(
        ([type, group]) =>
          `${symbolOfEnd(type, levelOfOutcome(type))} *${plural(group.length, 'node')}*: ${nameOfOutcome(type).toLowerCase()}${type === 'emptied' ? least : ''}`,
      ),
    ...(busy > 0 ? [`${SYMBOL.busy} *${plural(busy, 'node')}* under way`] : []),
  ];
}

function listOf(members: readonly Member[]): [title: string, lines: string[]] {
  if (members.length <= LISTED) return ['Nodes', members.map(memberLine)];
  const wrong = worstFirst(members.filter((member) => levelOfMember(member) !== 'info'));
  const more = wrong.length - LISTED;
  const lines = wrong.slice(0, LISTED).map(memberLine);
  return ['Look at these', more > 0 ? [...lines, `+${plural(more, 'more node')} in the thread`] : lines];
}

function sideBlocks(members: readonly Member[]): KnownBlock[] {
  const checkpoints = members.flatMap(({ story }) => checkpointsOf(story));
  const fallbacks = new Map(
    members
      .flatMap(({ story }) => fallbacksOf(story))
      .toSorted((one, other) => one.revision - other.revision)
      .map((each) => [each.pool, each]),
  );
  const advice = new Set(
    members.flatMap(({ phase, facts }) => (phase.type === 'ended' ? adviseOn(phase.detail, facts) : [])),
  );
  const lines = [
    ...(checkpoints.length > 0 ? [`*Checkpoints* ${countCheckpoints(checkpoints)}`] : []),
    ...[...fallbacks.values()].slice(0, 3).map(fallbackLine),
    ...[...advice].slice(0, 3).map((line) => `*To do* ${line}`),
  ];
  return lines.length > 0 ? [section(...lines)] : [];
}

function deadlineOf(members: readonly Member[]): string {
  const open = members.flatMap(({ phase, facts }) =>
    phase.type !== 'ended' && facts.deadline ? [facts.deadline] : [],
  );
  if (open.length === 0) return '';
  return ` · the first goes at ${timeOfDay(new Date(Math.min(...open.map((at) => at.getTime()))))}`;
}

function countKinds(members: readonly Member[]): string[] {
  const groups = [...Map.groupBy(members, ({ facts }) => nameOfKind(facts.kind).toLowerCase())];
  return groups
    .toSorted((one, other) => other[1].length - one[1].length || (one[0] < other[0] ? -1 : 1))
    .map(([kind, group]) => plural(group.length, kind));
}

function countTypes(members: readonly Member[]): string[] {
  return countBy(members, ({ facts }) => [facts.instanceType, facts.zone].filter(Boolean).join(' in '));
}

function countBy(members: readonly Member[], name: (member: Member) => string): string[] {
  const groups = [...Map.groupBy(members, name)].toSorted(
    (one, other) => other[1].length - one[1].length || (one[0] < other[0] ? -1 : 1),
  );
  const shown = groups.slice(0, 4).map(([each, group]) => (each ? `${group.length} ${say(each, 80)}` : ''));
  return groups.length > 4 ? [...shown, `+${groups.length - 4} more`] : shown;
}

/** Within a level in the order of the members. */
function worstFirst(members: readonly Member[]): Member[] {
  return members.toSorted(
    (one, other) => LEVELS.indexOf(levelOfMember(other)) - LEVELS.indexOf(levelOfMember(one)),
  );
}
