import type { Log } from '../../functions/log.ts';

/** For tests that look at what happens, not at what is logged. */
export const silentLog: Log = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => silentLog,
};
