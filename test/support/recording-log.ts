import type { Log } from '../../functions/log.ts';

/** A log whose lines a test can read: level, message and fields in one string. */
export function recordingLog(): { readonly log: Log; readonly lines: readonly string[] } {
  const lines: string[] = [];
  const write = (level: string) => (message: string, fields?: Readonly<Record<string, unknown>>) => {
    lines.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`);
  };
  const log: Log = { info: write('info'), warn: write('warn'), error: write('error'), with: () => log };
  return { log, lines };
}
