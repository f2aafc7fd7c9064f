import type { Log } from '../../functions/log.ts';

/** Shows what a person should know, one line each; the rest is in the timeline. */
export function printingLog(out: NodeJS.WritableStream): Log {
  const print = (message: string, fields?: Readonly<Record<string, unknown>>) => {
    out.write(`${[message, fields?.reason ?? fields?.error].filter(Boolean).join(': ')}\n`);
  };
  const log: Log = { info: () => undefined, warn: print, error: print, with: () => log };
  return log;
}
