import type { KnownBlock } from '@slack/types';
import {
  checkpointsOf,
  type Facts,
  fallbacksOf,
  type Handled,
  type Phase,
  type Progress,
  type Story,
} from '../story.ts';
import { adviseOn } from './advice.ts';
import { context, fitBlocks, type Message, section } from './blocks.ts';
import { checkpointLine, countCheckpoints, isMissed } from './checkpoint.ts';
import { fallbackAdvice, fallbackTitle } from './fallback.ts';
import { headlineOf } from './headline.ts';
import { logLink } from './log-link.ts';
import { dayAndTime, say, timeOfDay } from './mrkdwn.ts';
import { describeNode, nodeLine } from './place.ts';
import { blockedLines, blockedPods, countResults, lossLines, topWorkloads, workloadsOf } from './pods.ts';
import type { Reader } from './reader.ts';
import { plural, shortNode } from './words.ts';

const MOST_WORKLOADS = 4;
const MOST_LINES = 4;

/** The one message of an incident: posted at receipt, edited in place until it has ended. */
export function tellIncident(story: Story, phase: Phase, facts: Facts, reader: Reader): Message {
  const { symbol, title } = headlineOf(story, phase, facts);
  const small = [...describeNode(facts), ...(phase.type === 'ended' ? [logLink(facts, reader)] : [])];
  const blocks: KnownBlock[] = [
    section(`${symbol} *${title}*${untilWhen(phase, facts)}`, nodeLine(facts, reader)),
    ...sectionOf(bodyOf(phase, facts)),
    ...sectionOf(sideLines(story, phase)),
    context(...small),
  ];
  return { key: 'parent', text: notice(title, facts), blocks: fitBlocks(blocks) };
}

/** What a notification and a screen reader say. */
function notice(title: string, facts: Facts): string {
  const where = `${shortNode(facts)} in ${facts.cluster ?? 'an unknown cluster'}`;
  return say(`${title}: ${where} (${[facts.instanceType, facts.zone].filter(Boolean).join(', ')})`, 300);
}

function untilWhen(phase: Phase, { deadline, severity, action }: Facts): string {
  if (!deadline || phase.type === 'ended') return '';
  const verb = action === 'unknown' ? 'goes' : `will ${action}`;
  return severity === 'hard'
    ? ` · the instance ${verb} at ${timeOfDay(deadline)}`
    : ` · the instance ${verb} ${dayAndTime(deadline)}`;
}

function bodyOf(phase: Phase, facts: Facts): string[] {
  switch (phase.type) {
    case 'received':
      return [intention(phase.detail.response)];
    case 'moving':
      return progressLines(phase.detail);
    case 'ended':
      return endLines(phase.detail, facts);
  }
}

function intention({
  cordon,
  drain,
  undo,
  reason,
}: Extract<Phase, { type: 'received' }>['detail']['response']): string {
  const what = undo
    ? 'Taking our cordon back'
    : drain
      ? 'Cordoning the node and moving its pods'
      : cordon
        ? 'Cordoning the node'
        : 'Nothing is done';
  return `${what}: ${say(reason, 300)}.`;
}

function progressLines({ pods, workloads, blockers }: Progress): string[] {
  return [
    ...(pods.total > 0
      ? [`${bar(pods.gone, pods.total)} ${pods.stopping} of ${pods.total} told to stop`]
      : []),
    ...(workloads.length > 0 ? [`*Workloads* ${topWorkloads(workloads, MOST_WORKLOADS)}`] : []),
    ...someOf(blockedLines(blockers)),
  ];
}

function endLines(handled: Handled, facts: Facts): string[] {
  const { outcome, pods } = handled;
  const workloads = workloadsOf(pods);
  const losses = lossLines(handled);
  return [
    ...(outcome.reason === undefined ? [] : [`*Why* ${say(outcome.reason, 900)}`]),
    ...(workloads.length > 0 ? [`*Workloads* ${topWorkloads(workloads, MOST_WORKLOADS)}`] : []),
    ...(pods.length > 0 ? [`*Pods* ${countResults(handled)}`] : []),
    ...someOf(blockedLines(blockedPods(handled))),
    ...(losses.length > 0 ? ['*Lost or at risk*', ...someOf(losses)] : []),
    ...adviseOn(handled, facts).map((line) => `*To do* ${line}`),
  ];
}

/** What runs beside the drain: a line for what went well, one a gang for what did not. */
function sideLines(story: Story, phase: Phase): string[] {
  const checkpoints = checkpointsOf(story);
  // At the end each lost pod says what became of its save.
  const isSaid =
    phase.type === 'ended' && phase.detail.pods.some(({ checkpoint }) => checkpoint !== undefined);
  const missed = isSaid ? [] : checkpoints.filter(isMissed).map(checkpointLine);
  const fallbacks = fallbacksOf(story);
  return [
    ...(checkpoints.length > 0 ? [`*Checkpoints* ${countCheckpoints(checkpoints)}`] : []),
    ...someOf(missed),
    ...(fallbacks.length > 0
      ? [`*Fallback* ${fallbacks.map((each) => `${say(each.pool, 60)}: ${fallbackTitle(each)}`).join(' · ')}`]
      : []),
    ...someOf(fallbacks.flatMap(fallbackAdvice).map((line) => `*To do* ${line}`)),
  ];
}

/** Ten steps are enough to see, and fit on a phone. */
function bar(done: number, total: number): string {
  const full = Math.round((done / total) * 10);
  return `${'▰'.repeat(full)}${'▱'.repeat(10 - full)}`;
}

function someOf(lines: readonly string[]): string[] {
  const more = lines.length - MOST_LINES;
  return more > 0
    ? [...lines.slice(0, MOST_LINES), `+${plural(more, 'more line')} in the thread`]
    : [...lines];
}

function sectionOf(lines: readonly string[]): KnownBlock[] {
  return lines.length > 0 ? [section(...lines)] : [];
}
