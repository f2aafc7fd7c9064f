import { createInterface } from 'node:readline/promises';
import { ConfigurationError } from '../functions/errors.ts';

export interface Request {
  /** Whose it is, for messages. */
  readonly command: string;
  /** What will happen. */
  readonly warning: string;
  /** What the person has to write. */
  readonly word: string;
}

/**
 * Whether the person at the terminal wants it. `stop` is aborted by Ctrl-C, which is a key to an open terminal and no signal.
 *
 * @throws ConfigurationError where nobody can be asked.
 */
export async function askConsent(
  { command, warning, word }: Request,
  stop: AbortController,
): Promise<'given' | 'refused' | 'stopped'> {
  if (!process.stdin.isTTY)
    throw new ConfigurationError(
      `${command}: nobody is there to be asked (no terminal). Give --yes when you are sure: it really happens.`,
    );
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  terminal.on('SIGINT', () => stop.abort());
  // Ctrl-D ends the terminal, and no answer comes.
  const left = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  try {
    const question = terminal.question(`${warning}\nWrite ${word} to go on: `, { signal: stop.signal });
    const answer = await Promise.race([question, left]);
    return answer.trim() === word ? 'given' : 'refused';
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    console.error();
    return 'stopped';
  } finally {
    terminal.close();
  }
}
