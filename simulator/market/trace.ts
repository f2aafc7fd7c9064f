import { basename } from 'node:path';
import { z } from 'zod';
import { ConfigurationError } from '../../functions/errors.ts';

/** How many spot instances could run, minute by minute. */
export interface Trace {
  readonly name: string;
  /** The number asked for: the largest that ever ran. */
  readonly wanted: number;
  readonly capacityByMinute: readonly number[];
}

/** Reads `{"metadata": {"gap_seconds": 300}, "data": [16, 15, …]}`. Throws `ConfigurationError` naming the field and the remedy. */
export function parseTrace(path: string, text: string): Trace {
  const parsed = FILE.safeParse(parseJson(path, text));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = issue?.path.join('.') || 'the file';
    throw new ConfigurationError(`${path}: ${field}: ${issue?.message ?? 'wrong shape'}. ${SHAPE}`);
  }
  const { metadata, data } = parsed.data;
  const wanted = data.reduce((most, count) => Math.max(most, count), 0);
  if (wanted === 0)
    throw new ConfigurationError(`${path}: data: is 0 throughout; give a trace in which spot ran. ${SHAPE}`);
  const minutes = Math.floor((data.length * metadata.gap_seconds) / 60);
  if (minutes === 0)
    throw new ConfigurationError(`${path}: data: covers less than a minute; give more samples. ${SHAPE}`);
  const capacityByMinute = Array.from(
    { length: minutes },
    (_, minute) => data[Math.floor((minute * 60) / metadata.gap_seconds)] ?? 0,
  );
  return { name: basename(path, '.json'), wanted, capacityByMinute };
}

const SHAPE =
  'Expected {"metadata": {"gap_seconds": 300}, "data": [16, 15, …]}: instances running, one number per sample.';

const FILE = z.object({
  metadata: z.object({ gap_seconds: z.number().positive().max(86_400) }),
  data: z
    .array(z.number().int().min(0).max(10_000))
    .min(1, 'is empty; give at least one sample')
    .max(1_000_000),
});

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ConfigurationError(`${path}: the file is not JSON. ${SHAPE}`, { cause });
  }
}
