import type { ShownMessages } from './ledger/hold.ts';
import type { Message } from './message/blocks.ts';
import { tellFallback } from './message/fallback.ts';
import type { Reader } from './message/reader.ts';
import type { Member } from './message/storm.ts';
import { membersOf, tellAtOnce } from './message.ts';
import { newestDecision, type Story } from './story.ts';

/** What a webhook shall be sent next. */
export interface Due {
  /** Epoch milliseconds. */
  readonly notBefore: number;
  readonly messages: readonly Message[];
  /** To be written down when they have been sent at `at`. */
  readonly afterwards: (at: Date) => ShownMessages;
}

/**
 * An incoming webhook cannot edit, so an incident has one message at receipt and one at its end. Where several share a
 * conversation, what comes in together is told together, and the pauses grow: a storm makes a handful of messages.
 */
export function planWebhook(
  stories: readonly Story[],
  shown: ShownMessages,
  reader: Reader,
): Due | undefined {
  const members = membersOf(stories);
  const ended = members.filter((member) => isEnded(member) && toldOf(shown, member) !== 'end');
  const received = members.filter((member) => !isEnded(member) && toldOf(shown, member) === undefined);
  if (ended.length === 0 && received.length === 0) return undefined;
  const { count, lastAt } = paceOf(shown);
  const isOver = members.every(isEnded);
  return {
    notBefore: count === 0 || isOver ? 0 : lastAt + pauseAfter(count),
    messages: tellAtOnce(members, ended, reader),
    afterwards: (at) => ({
      ...shown,
      ...Object.fromEntries(received.map((member) => [keyOf(member), { content: 'receipt' }])),
      ...Object.fromEntries(ended.map((member) => [keyOf(member), { content: 'end' }])),
      [PACE]: { content: String(count + 1), postingSince: at.getTime() },
    }),
  };
}

/** A pool's decisions: one message for each that is not told yet, the newest standing for those before it. */
export function planDecision(
  stories: readonly Story[],
  shown: ShownMessages,
  reader: Reader,
): Due | undefined {
  const newest = newestDecision(stories);
  if (!newest || shown.decision?.content === String(newest.revision)) return undefined;
  return {
    notBefore: 0,
    messages: [tellFallback(newest, reader)],
    afterwards: () => ({ ...shown, decision: { content: String(newest.revision) } }),
  };
}

const PACE = 'pace';

function pauseAfter(count: number): number {
  return Math.min(60_000, 5_000 * 2 ** (count - 1));
}

function paceOf(shown: ShownMessages): { readonly count: number; readonly lastAt: number } {
  const { content, postingSince } = shown[PACE] ?? {};
  return { count: Number(content ?? 0), lastAt: postingSince ?? 0 };
}

function toldOf(shown: ShownMessages, member: Member): string | undefined {
  return shown[keyOf(member)]?.content;
}

function keyOf({ story }: Member): string {
  return `told#${story.incident}`;
}

function isEnded({ phase }: Member): boolean {
  return phase.type === 'ended';
}
