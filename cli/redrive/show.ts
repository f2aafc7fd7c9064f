import { plural } from '../../functions/notify/message/words.ts';
import type { Judged, Verdict } from './judge.ts';
import { MOST_TAKEN } from './mailbox.ts';
import type { NoticesMoved } from './notices.ts';
import type { OpenQueue, Redriven } from './redrive.ts';

/** What is in a queue, one line a letter and one more with how it came there; those that read alike once, with their number. */
export function showQueue({ letters, name }: OpenQueue): string {
  if (letters.length === 0) return `${name}: nothing there.`;
  const alike = Map.groupBy(letters.map(describe), ({ about, how }) => `${about}\n${how}`);
  const lines = [...alike.values()].flatMap(([first, ...others]) =>
    first ? [others.length > 0 ? `${first.about}, ${others.length + 1} times` : first.about, first.how] : [],
  );
  const more = letters.length >= MOST_TAKEN ? ', and maybe more: run this again afterwards' : '';
  return [`${name}: ${plural(letters.length, 'dead letter')}${more}`, ...lines].join('\n');
}

function describe({ verdict, what, why }: Judged): { readonly about: string; readonly how: string } {
  const reason = 'reason' in verdict ? `; ${verdict.reason}` : '';
  return {
    about: `  ${WHAT_IS_DONE[verdict.type].padEnd(10)} ${what}`,
    how: `             ${why}${reason}`,
  };
}

const WHAT_IS_DONE: Readonly<Record<Verdict['type'], string>> = {
  send: 'send again',
  stale: 'too late',
  needless: 'needless',
  unreadable: 'stays',
};

/** What will be done, for the person who is asked. */
export function askAbout(letters: readonly Judged[], notices: number): string {
  const count = (...types: readonly Verdict['type'][]) =>
    letters.filter(({ verdict }) => types.includes(verdict.type)).length;
  const parts = [
    [count('send'), 'sent to the responder again'],
    [notices, 'notices moved back to the notifier'],
    [count('stale', 'needless'), 'thrown away, because nothing can be done on them any more'],
  ] as const;
  const said = parts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  return `To be done: ${said.join(', ')}.`;
}

export function showRedriven(name: string, { kept, sent, thrownAway }: Redriven): string {
  const rest = kept > 0 ? `, ${kept} left where they were` : '';
  return `${name}: ${sent} sent again, ${thrownAway} thrown away${rest}.`;
}

interface Done {
  readonly done: Readonly<Record<string, Redriven>>;
  readonly moved?: NoticesMoved;
}

/** With the letters themselves, for whoever wants to keep what is thrown away. */
export function asJson(queues: readonly OpenQueue[], notices: number, end?: Done): string {
  const shown = queues.map(({ letters, name }) => ({
    queue: name,
    letters: letters.map(({ letter: { attributes, body, id }, verdict, what, why }) => {
      const { type, ...rest } = verdict;
      const said = 'reason' in rest ? { reason: rest.reason } : {};
      return { id, what, why, verdict: type, ...said, body, attributes };
    }),
  }));
  return JSON.stringify({ schemaVersion: 1, queues: shown, notices, ...end }, null, 2);
}
