import { ConfigurationError } from '../../functions/errors.ts';

const MINUTES = { m: 1, h: 60, d: 24 * 60 } as const;
/** Rows are kept no longer. */
const MOST_DAYS = 90;

/**
 * `90m`, `24h`, `7d` before `now`, or an ISO time.
 *
 * @throws ConfigurationError when it is neither, in the future, or longer ago than rows are kept.
 */
export function parseSince(text: string, now: Date): Date {
  const since = readSince(text, now);
  if (Number.isNaN(since.getTime()))
    throw new ConfigurationError(
      `--since is "${text}"; it must be such as 90m, 24h or 7d, or an ISO time such as 2026-11-20T10:00:00Z.`,
    );
  if (since > now) throw new ConfigurationError(`--since is "${text}", which is in the future.`);
  if (now.getTime() - since.getTime() > MOST_DAYS * MINUTES.d * 60_000)
    throw new ConfigurationError(`--since is "${text}"; the table keeps incidents for ${MOST_DAYS} days.`);
  return since;
}

function readSince(text: string, now: Date): Date {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (unit === 'm' || unit === 'h' || unit === 'd')
    return new Date(now.getTime() - Number(count) * MINUTES[unit] * 60_000);
  return new Date(/^\d{4}-\d{2}-\d{2}/.test(text) ? text : Number.NaN);
}
