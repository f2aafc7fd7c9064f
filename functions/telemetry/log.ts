import type { Logger } from '@aws-lambda-powertools/logger';
import type { Log } from '../log.ts';

/** Our `Log` over a Powertools logger; concurrent incidents share no keys. Not by its child loggers, each a copy of all that a logger holds. */
export function powertoolsLog(logger: Logger, keys: Readonly<Record<string, string>> = {}): Log {
  return {
    info: (message, fields) => logger.info(message, { ...keys, ...fields }),
    warn: (message, fields) => logger.warn(message, { ...keys, ...fields }),
    error: (message, fields) => logger.error(message, { ...keys, ...fields }),
    with: (more) => powertoolsLog(logger, { ...keys, ...more }),
  };
}
