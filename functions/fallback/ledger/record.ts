import * as z from 'zod/mini';
import { SCHEMA_VERSION } from '../../table/keys.ts';
import { storedTime } from '../../table/stored-time.ts';
import { EMPTY_MEMORY, type Memory } from '../memory.ts';

/** What is kept of a pool between runs. */
export interface PoolRecord {
  /** `cluster/name`. */
  readonly key: string;
  /** Grows by one with every run that acts. */
  readonly fence: number;
  /** Epoch milliseconds; 0: nobody acts. */
  readonly leaseUntil: number;
  /** When the last run that acted was done, epoch milliseconds. */
  readonly settledAt: number;
  readonly revision: number;
  /** Id of the shortage under way. */
  readonly episode?: string;
  /** The decision that people know of. */
  readonly told?: string;
  readonly memory: Memory;
  /** Instances that were asked to be terminated, and when. */
  readonly terminations: Readonly<Record<string, Date>>;
  /** Launches that were asked for through LaunchInstances, by group. */
  readonly launches: Readonly<Record<string, LaunchIntent>>;
}

export interface LaunchIntent {
  readonly token: string;
  /** The size that it leads to. */
  readonly desired: number;
}

export function newRecord(key: string): PoolRecord {
  return {
    key,
    fence: 0,
    leaseUntil: 0,
    settledAt: 0,
    revision: 0,
    memory: EMPTY_MEMORY,
    terminations: {},
    launches: {},
  };
}

/** `undefined` for a row that another version wrote. */
export function readRecord(key: string, item: unknown): PoolRecord | undefined {
  const parsed = z.safeParse(storedRecord, item);
  return parsed.success ? { key, ...parsed.data } : undefined;
}

const breaker = z.object({
  failureAt: storedTime,
  openUntil: storedTime,
  minutes: z.number(),
  stopsPool: z.exactOptional(z.string()),
});
const count = z.number();

const storedMemory = z.object({
  ask: z.exactOptional(z.object({ gpus: count, since: storedTime, before: count })),
  hold: z.object({
    peaks: z.array(z.object({ gpus: count, lastSeenAt: storedTime })),
    gaps: z.array(z.object({ above: count, upTo: count, minutes: count })),
    keepGpus: count,
    loweredAt: z.exactOptional(storedTime),
    release: z.exactOptional(
      z.object({ at: storedTime, holdMinutes: count, doubled: z.boolean(), judged: z.boolean() }),
    ),
  }),
  deepening: z.object({
    shortGpus: count,
    further: z.array(count),
    watched: z.array(z.object({ at: storedTime, from: count, deepest: count })),
    ahead: z.exactOptional(z.object({ at: storedTime, from: count, gpus: count })),
  }),
  breakers: z.record(z.string(), breaker),
  restingUntil: z.record(z.string(), storedTime),
  unfilledSince: z.exactOptional(storedTime),
  probe: z.exactOptional(
    z.object({
      since: z.exactOptional(storedTime),
      pausedUntil: z.exactOptional(storedTime),
      minutes: count,
    }),
  ),
});

const storedRecord = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  fence: count,
  leaseUntil: count,
  settledAt: count,
  revision: count,
  episode: z.exactOptional(z.string()),
  told: z.exactOptional(z.string()),
  memory: storedMemory,
  terminations: z.record(z.string(), storedTime),
  launches: z.record(z.string(), z.object({ token: z.string(), desired: count })),
});
