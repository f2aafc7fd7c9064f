import { once } from 'node:events';
import { execa } from 'execa';
import { findPython } from '../../python/environment/find-python.ts';
import { main } from './run-cli.ts';

export const CTRL_C = '\u0003';
export const CTRL_D = '\u0004';

/** What is typed when the cue shows. */
export type Keys = readonly [cue: string, keys: string];

/** Python's own pseudo terminal around a program: what is written to it is typed, and it ends as the program does. */
const IN_TERMINAL = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';

/** Runs the command line at a terminal of its own. Resolves with what was shown there and how it ended. */
export async function runInTerminal(
  environment: Readonly<Record<string, string>>,
  args: readonly string[],
  typed: readonly Keys[],
): Promise<{ readonly shown: string; readonly code: number | undefined }> {
  const python = await findPython([3, 9]);
  const command = ['-c', IN_TERMINAL, process.execPath, main, ...args];
  const child = execa(python?.command ?? 'python3', command, {
    reject: false,
    all: true,
    env: { ...environment, TERM: 'xterm' },
  });
  let shown = '';
  for (const [cue, keys] of typed) {
    while (!shown.includes(cue)) shown += String((await once(child.all, 'data'))[0]);
    child.stdin.write(keys);
  }
  const { all, exitCode } = await child;
  return { shown: all, code: exitCode };
}
