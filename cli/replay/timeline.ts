import { styleText } from 'node:util';
import { secondsBetween } from '../../functions/clock.ts';
import type { Moment } from '../../functions/respond/report.ts';

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
export function printTimeline(out: NodeJS.WritableStream, noticedAt: Date, severalInstances: boolean) {
  return (instanceId: string, moment: Moment): void => {
    const seconds = `T+${secondsBetween(noticedAt, moment.at).toFixed(1)}s`.padStart(9);
    const who = severalInstances ? `${instanceId.slice(-6)}  ` : '';
    const text = textOf(moment);
    const word = styleText(styles[moment.type] ?? 'dim', moment.type.padEnd(11), { stream: process.stdout });
    out.write(`${seconds}  ${who}${word}  ${text}\n`);
  };
}

/** What the moment says, for the timeline and for `--json`. */
export function textOf(moment: Moment): string {
  if ('text' in moment) return moment.text;
  const pod = moment.pod ? `${moment.pod.namespace}/${moment.pod.name}` : '';
  return [pod, moment.detail ?? ''].filter(Boolean).join('  ');
}
