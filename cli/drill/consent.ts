import { createInterface } from 'node:readline/promises';
import { ConfigurationError } from '../../functions/errors.ts';

/**
 * Whether the person wants it: they have to write the target's name.
 *
 * @throws ConfigurationError where nobody can be asked.
 */
export async function askConsent(target: string, warning: string, signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new ConfigurationError(
      'drill: nobody is there to be asked (no terminal). Give --yes when you are sure: it really happens.',
    );
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${warning}\nWrite ${target} to go on: `, { signal });
    return answer.trim() === target;
  } finally {
    terminal.close();
  }
}
