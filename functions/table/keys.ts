/** The one table: what its keys are called and which row lives where. */

export const PARTITION_KEY = 'pk';
export const SORT_KEY = 'sk';

/** Written into every row, so that a later version knows what it reads. */
export const SCHEMA_VERSION = 1;

/** Rows leave by DynamoDB's TTL on `expiresAt`, epoch seconds. */
const KEPT_DAYS = 90;

interface Key {
  readonly [PARTITION_KEY]: string;
  readonly [SORT_KEY]: string;
}

/** One row per instance. */
export function incidentKey(instanceId: string): Key {
  return { [PARTITION_KEY]: `instance#${instanceId}`, [SORT_KEY]: 'incident' };
}

/** One row per closed incident, in the partition of the (UTC) day it was closed on. */
export function historyKey(closedAt: Date, incidentId: string, fence: number): Key {
  return {
    [PARTITION_KEY]: historyPartition(closedAt),
    [SORT_KEY]: `${closedAt.toISOString()}#${incidentId}#${fence}`,
  };
}

export function historyPartition(day: Date): string {
  return `history#${day.toISOString().slice(0, 10)}`;
}

/** Epoch seconds at which a row last needed at `time` may go. */
export function expiryAfter(time: Date): number {
  return Math.ceil(time.getTime() / 1000) + KEPT_DAYS * 24 * 3600;
}
