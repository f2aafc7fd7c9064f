import type { Clock } from '../../functions/clock.ts';
import { type Judged, judge } from './judge.ts';
import type { Mailbox } from './mailbox.ts';

/** A dead-letter queue whose letters are hidden from everybody else. */
export interface OpenQueue {
  readonly name: string;
  readonly mailbox: Mailbox;
  readonly letters: readonly Judged[];
}

/** What became of the letters of one queue. */
export interface Redriven {
  readonly sent: number;
  /** Too late, or never worth anything. */
  readonly thrownAway: number;
  readonly kept: number;
}

export interface RedriveDeps {
  readonly send: (body: string) => Promise<void>;
  /** Aborted by Ctrl-C: the letter at hand is finished, the others stay. */
  readonly signal: AbortSignal;
  /** So many letters of this queue are settled. */
  readonly onProgress: (settled: number) => void;
}

/** @throws AwsCallError */
export async function openQueue(
  name: string,
  mailbox: Mailbox,
  { clock, region }: { readonly clock: Clock; readonly region: string },
): Promise<OpenQueue> {
  const letters = await mailbox.take();
  const now = clock.now();
  return { name, mailbox, letters: letters.map((letter) => judge(letter, { now, region })) };
}

/**
 * Sends again what can still be acted on and throws away what cannot; what nobody can read stays. A letter is thrown away
 * after it was sent, so one that dies in between is sent twice, which the incident's row makes one.
 *
 * An event whose two targets both failed is there twice, and is sent once.
 *
 * @throws AwsCallError of the first letter that could not be sent; it and those after it are put back.
 */
export async function redriveQueue(
  { letters, mailbox }: OpenQueue,
  { onProgress, send, signal }: RedriveDeps,
): Promise<Redriven> {
  const sent = new Set<string>();
  const left = new Set(letters);
  let thrownAway = 0;
  try {
    for (const judged of letters) {
      if (signal.aborted) break;
      const { letter, verdict } = judged;
      if (verdict.type === 'unreadable') continue;
      if (verdict.type !== 'send') thrownAway += 1;
      else if (!sent.has(verdict.body)) await send(verdict.body);
      if (verdict.type === 'send') sent.add(verdict.body);
      await mailbox.throwAway(letter);
      left.delete(judged);
      onProgress(letters.length - left.size);
    }
  } finally {
    await putBack({ mailbox, letters: [...left] });
  }
  return { sent: sent.size, thrownAway, kept: left.size };
}

/** Shows the letters to others again. One that cannot be shown is seen when its time is up. */
export async function putBack({ letters, mailbox }: Pick<OpenQueue, 'letters' | 'mailbox'>): Promise<void> {
  await Promise.allSettled(letters.map(({ letter }) => mailbox.putBack(letter)));
}
