import type { Clock } from '../../functions/clock.ts';
import { ConfigurationError } from '../../functions/errors.ts';
import { plural } from '../../functions/notify/message/words.ts';
import { DEAD_NOTICES_QUEUE, NOTICES_QUEUE } from '../../functions/notify/queue-names.ts';
import type { DeadLetters, Move } from './notice-queues.ts';

export interface NoticesDeps {
  readonly clock: Clock;
  readonly deadLetters: DeadLetters;
  /** Progress, for people. */
  readonly tell: (line: string) => void;
}

/** What became of the dead notices. */
export type NoticesMoved =
  | { readonly type: 'nothing-there' }
  | { readonly type: 'moved'; readonly messages: number }
  /** SQS goes on with it; we have stopped watching. */
  | { readonly type: 'going-on'; readonly messages: number; readonly of: number }
  | { readonly type: 'stopped'; readonly messages: number; readonly of: number; readonly reason: string };

/** How many there are; none where Slack is not configured. */
export async function countNotices(deadLetters: DeadLetters): Promise<number> {
  try {
    return (await deadLetters.find(DEAD_NOTICES_QUEUE)).messages;
  } catch (error) {
    if (error instanceof ConfigurationError) return 0;
    throw error;
  }
}

const LOOK_EVERY_MS = 2_000;
/** SQS moves some hundred messages a second. */
const PATIENCE_MS = 10 * 60_000;

/**
 * Puts the notices that Slack did not take back into the queue: the notifier tells what is not shown yet, once. Safe to
 * repeat: a move that is under way is watched, not started again.
 *
 * @throws AwsCallError, ConfigurationError as `DeadLetters` does.
 */
export async function redriveNotices({ clock, deadLetters, tell }: NoticesDeps): Promise<NoticesMoved> {
  const [dead, notices] = await Promise.all([
    deadLetters.find(DEAD_NOTICES_QUEUE),
    deadLetters.find(NOTICES_QUEUE),
  ]);
  const before = await deadLetters.newestMove(dead);
  if (!before?.isRunning && dead.messages === 0) return { type: 'nothing-there' };
  const started = before?.isRunning ? 'running' : await deadLetters.startMove(dead, notices);
  if (started === 'running') tell('A move is under way already: watching it.');
  else
    tell(
      `Moving about ${dead.messages} from ${DEAD_NOTICES_QUEUE} to ${NOTICES_QUEUE}. Ctrl-C ends the watching, not the move.`,
    );
  const isNews = ({ startedAt }: Move) => started === 'running' || startedAt !== before?.startedAt;
  return watch({ clock, tell, look: () => deadLetters.newestMove(dead), isNews, expected: dead.messages });
}

interface Watch extends Pick<NoticesDeps, 'clock' | 'tell'> {
  readonly look: () => Promise<Move | undefined>;
  /** SQS may list the move before ours for a moment. */
  readonly isNews: (move: Move) => boolean;
  readonly expected: number;
}

async function watch({ clock, expected, isNews, look, tell }: Watch): Promise<NoticesMoved> {
  const until = clock.now().getTime() + PATIENCE_MS;
  let last = { moved: 0, toMove: expected };
  while (clock.now().getTime() < until) {
    await clock.sleep(LOOK_EVERY_MS);
    const move = await look();
    if (!move || !isNews(move)) continue;
    const { failure, isRunning, moved, toMove } = move;
    if (failure !== undefined) return { type: 'stopped', messages: moved, of: toMove, reason: failure };
    if (!isRunning) return { type: 'moved', messages: moved };
    if (moved !== last.moved) tell(`${moved} of ${toMove} moved`);
    last = { moved, toMove };
  }
  return { type: 'going-on', messages: last.moved, of: last.toMove };
}

export function describeMoved(result: NoticesMoved): string {
  switch (result.type) {
    case 'nothing-there':
      return 'slack: nothing there. (SQS counts may be a minute behind.)';
    case 'moved':
      return `slack: ${plural(result.messages, 'notice')} moved back. The notifier tells what Slack does not show yet.`;
    case 'going-on':
      return `slack: ${result.messages} of ${result.of} moved; SQS goes on with it. Run this again to watch.`;
    case 'stopped':
      return `slack: the move stopped after ${result.messages} of ${result.of}: ${result.reason}. What was moved stays moved; run this again for the rest.`;
  }
}
