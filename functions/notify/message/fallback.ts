import type { KnownBlock } from '@slack/types';
import { levelOf } from '../level.ts';
import type { Fallback } from '../story.ts';
import { context, fitBlocks, type Message, section } from './blocks.ts';
import { code, say, timeOfDay, toPlain } from './mrkdwn.ts';
import { placeLine } from './place.ts';
import type { Reader } from './reader.ts';
import { plural, SYMBOL, withoutTrailingDot } from './words.ts';

/** The message of a pool: one from the first sign of a shortage until spot has covered it, edited in place. */
export function tellFallback(decision: Fallback, reader: Reader): Message {
  const { fallbackNodes, dollarsPerHour, shortGpus, decidedAt } = decision;
  const blocks: KnownBlock[] = [
    section(headline(decision), placeLine(decision, reader)),
    section(...bodyLines(decision)),
    context(
      `${plural(fallbackNodes, 'on-demand node')} before this`,
      dollarsPerHour === undefined ? undefined : `$${dollarsPerHour.toFixed(2)} an hour after it`,
      shortGpus > 0 ? `${plural(shortGpus, 'GPU')} still short` : 'nothing short',
      `decided at ${timeOfDay(decidedAt)}`,
    ),
  ];
  const text = `${toPlain(headline(decision))} in ${decision.cluster ?? 'an unknown cluster'}`;
  return { key: 'parent', text, blocks: fitBlocks(blocks) };
}

/** One line, for the thread of an interruption that led to it. */
export function fallbackLine(decision: Fallback): string {
  return `${headline(decision)}: ${say(withoutTrailingDot(decision.reason), 300)}`;
}

/** What a person must do before the pool can go on. */
export function fallbackAdvice({ refusals }: Fallback): string[] {
  return refusals.flatMap(({ group, remedy }) =>
    remedy === undefined ? [] : [`${group === undefined ? '' : `${code(group)}: `}${say(remedy, 400)}`],
  );
}

function headline(decision: Fallback): string {
  const level = levelOf({ type: 'Fallback Decided', detail: decision });
  const symbol = level === 'info' ? symbolOf(decision.action) : SYMBOL[level];
  return `${symbol} *Pool ${say(decision.pool, 80)}: ${fallbackTitle(decision)}*`;
}

/** What is decided, after the pool's name. */
export function fallbackTitle({ action, launches, nodes, refusals, shortGpus }: Fallback): string {
  switch (action) {
    case 'scale-out':
      return `on-demand takes over (${launches.map(({ group, desired }) => `${say(group, 60)} to ${desired}`).join(', ')})`;
    case 'refuse':
      return `${plural(shortGpus, 'GPU')} short, nothing can be launched`;
    case 'release':
      return `returning to spot, draining ${plural(nodes.length, 'on-demand node')}`;
    case 'terminate':
      return `${plural(nodes.length, 'on-demand node')} empty and returned`;
    case 'restore':
      return `${plural(nodes.length, 'on-demand node')} kept after all`;
    case 'keep':
      return refusals.length > 0 ? 'as it is, for AWS refused a change' : 'on spot again';
  }
}

function symbolOf(action: Fallback['action']): string {
  return action === 'terminate' || action === 'keep' ? SYMBOL.done : SYMBOL.busy;
}

function bodyLines(decision: Fallback): string[] {
  const refusals = decision.refusals.map(({ reason, group, until }) => {
    const where = group === undefined ? '' : ` ${code(group)}`;
    return `${SYMBOL.warning}${where} refused: ${say(reason, 120)}${until ? `, asked again at ${timeOfDay(until)}` : ''}`;
  });
  const advice = fallbackAdvice(decision).map((line) => `*To do* ${line}`);
  return [sentence(decision.reason), ...refusals, ...advice];
}

function sentence(reason: string): string {
  return say(`${reason.slice(0, 1).toUpperCase()}${reason.slice(1)}`, 600);
}
