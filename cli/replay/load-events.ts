import { readFile } from 'node:fs/promises';
import { ConfigurationError } from '../../functions/errors.ts';

/** One event as the user gave it. */
export interface LoadedEvent {
  readonly file: string;
  readonly event: unknown;
}

/**
 * Reads every file before anything is acted on, so that one bad file leaves nothing half-done. A file holds
 * one event or an array of events.
 *
 * @throws ConfigurationError naming the file and what is wrong with it.
 */
export async function loadEvents(files: readonly string[]): Promise<readonly LoadedEvent[]> {
  return (await Promise.all(files.map(loadFile))).flat();
}

async function loadFile(file: string): Promise<readonly LoadedEvent[]> {
  const parsed = parse(file, await read(file));
  const events: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  if (events.length === 0)
    throw new ConfigurationError(`${file}: holds an empty list; put at least one event in it.`);
  return events.map((event) => ({ file, event }));
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    const problem =
      code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`;
    throw new ConfigurationError(
      `${file}: ${problem}; give the path of a JSON event, for example events/spot-interruption-terminate.json.`,
    );
  }
}

function parse(file: string, text: string): unknown {
  if (text.trim() === '')
    throw new ConfigurationError(`${file}: the file is empty; it must hold one EventBridge event as JSON.`);
  try {
    // Some editors begin a file with a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const problem = error instanceof Error ? error.message : 'not JSON';
    throw new ConfigurationError(`${file}: not valid JSON (${problem}).`);
  }
}
