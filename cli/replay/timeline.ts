import { styleText } from 'node:util';
import { secondsBetween } from '../../functions/clock.ts';
import type { Moment } from '../../functions/respond/report.ts';
import { hang, widthOf } from './wrap.ts';

type Style = Parameters<typeof styleText>[0];

const styles: Partial<Record<Moment['type'], Style>> = {
  received: 'yellow',
  cordoned: 'cyan',
  takeover: 'magenta',
  flagged: 'magenta',
  saved: 'green',
  unsaved: 'red',
  blocked: 'yellow',
  override: 'red',
  gone: 'green',
  closed: 'bold',
};

/** Prints moments as they happen, in seconds from the event's own time. */
export function printTimeline(out: NodeJS.WriteStream, noticedAt: Date, severalInstances: boolean) {
  return (instanceId: string, moment: Moment): void => {
    const seconds = `T+${secondsBetween(noticedAt, moment.at).toFixed(1)}s`.padStart(9);
    const who = severalInstances ? `${instanceId.slice(-6)}  ` : '';
    const word = moment.type.padEnd(11);
    const margin = seconds.length + 2 + who.length + word.length + 2;
    const text = hang(textOf(moment), margin, widthOf(out));
    const coloured = styleText(styles[moment.type] ?? 'dim', word, { stream: out });
    out.write(`${seconds}  ${who}${coloured}  ${text}\n`);
  };
}

/** What the moment says, for the timeline and for `--json`. */
export function textOf(moment: Moment): string {
  if ('text' in moment) return moment.text;
  const pod = moment.pod ? `${moment.pod.namespace}/${moment.pod.name}` : '';
  return [pod, moment.detail ?? ''].filter(Boolean).join('  ');
}
