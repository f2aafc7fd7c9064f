import * as z from 'zod/mini';
import { storedTime } from '../table/stored-time.ts';
import type { HourTally } from './tally.ts';

/** What instances cost in one hour and region. */
export interface HourPrices {
  readonly region: string;
  readonly hour: Date;
  /** Dollars an hour by instance type. */
  readonly onDemand: Readonly<Record<string, number>>;
  /** By type and zone: from which second of the hour on which price held; the first holds from its beginning or later. */
  readonly spot: readonly HourSpot[];
}

interface HourSpot {
  readonly instanceType: string;
  readonly zone: string;
  readonly changes: readonly (readonly [second: number, dollars: number])[];
}

const version = { schemaVersion: z.literal(1), hour: storedTime, region: z.string() };

const tallyRow = z.object({
  ...version,
  kind: z.literal('tally'),
  cluster: z.string(),
  seen: z.array(z.tuple([z.number(), z.number()])),
  groups: z.array(
    z.object({
      pool: z.string(),
      capacity: z.enum(['spot', 'on-demand', 'reserved', 'unknown']),
      instanceType: z.string(),
      zone: z.string(),
      gpus: z.number(),
      runs: z.array(z.tuple([z.number(), z.number(), z.number()])),
    }),
  ),
});

const pricesRow = z.object({
  ...version,
  kind: z.literal('prices'),
  onDemand: z.record(z.string(), z.number()),
  spot: z.array(
    z.object({
      instanceType: z.string(),
      zone: z.string(),
      changes: z.array(z.tuple([z.number(), z.number()])),
    }),
  ),
});

/** `undefined` for what another version wrote. */
export function readTally(item: unknown): HourTally | undefined {
  const parsed = tallyRow.safeParse(item);
  return parsed.success ? parsed.data : undefined;
}

export function readHourPrices(item: unknown): HourPrices | undefined {
  const parsed = pricesRow.safeParse(item);
  return parsed.success ? parsed.data : undefined;
}

/** Times as text, as they are read. */
export function toItem(kind: 'tally' | 'prices', value: HourTally | HourPrices): Record<string, unknown> {
  return { ...value, hour: value.hour.toISOString(), kind, schemaVersion: 1 };
}
