import { readFile, writeFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { ConfigurationError } from '../../functions/errors.ts';
import { type PriceAnswers, priceAnswers } from '../../functions/prices/answers.ts';

/** See `examples/prices/README.md`. */
export interface Recording {
  /** Where the figures come from, where that is not AWS. */
  readonly note?: string | undefined;
  readonly answers: PriceAnswers;
}

const VERSION = 1;

const file = z.object({
  schemaVersion: z.literal(VERSION),
  note: z.optional(z.string()),
  answers: priceAnswers,
});

/** @throws ConfigurationError naming the file, the field and the remedy. */
export async function readRecording(path: string): Promise<Recording> {
  const parsed = file.safeParse(await readJson(path));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') || 'the file';
  throw new ConfigurationError(
    `--recorded ${path}: ${field}: ${issue?.message ?? 'unreadable'}. Give a file that --record wrote, or one as examples/prices/README.md describes.`,
  );
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigurationError(
      `--recorded ${path}: cannot be read (${why}). Give a file that --record wrote.`,
      { cause },
    );
  }
}

/** @throws ConfigurationError when the file cannot be written. */
export async function writeRecording(path: string, { answers }: Recording): Promise<void> {
  try {
    await writeFile(path, `${JSON.stringify({ schemaVersion: VERSION, answers }, null, 2)}\n`);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigurationError(`--record ${path}: cannot be written (${why}). Give another path.`, {
      cause,
    });
  }
}
