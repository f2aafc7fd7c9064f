import type { Logger } from '@aws-lambda-powertools/logger';
import type { Log } from '../log.ts';

/** Our `Log` over a Powertools logger; `with` makes a child, so concurrent incidents never share keys. */
export function powertoolsLog(logger: Logger): Log {
  return {
    info: (message, fields) => logger.info(message, { ...fields }),
    warn: (message, fields) => logger.warn(message, { ...fields }),
    error: (message, fields) => logger.error(message, { ...fields }),
    with: (keys) =>
      powertoolsLog(
        logger.createChild({ persistentKeys: { ...logger.getPersistentLogAttributes(), ...keys } }),
      ),
  };
}
