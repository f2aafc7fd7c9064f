import type { Log } from '../../functions/log.ts';

/** The timeline says it all; the Lambda's structured log would only repeat it. */
export const quietLog: Log = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => quietLog,
};
