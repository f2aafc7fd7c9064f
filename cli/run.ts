import { CommanderError } from 'commander';
import { ConfigurationError, MalformedSignalError } from '../functions/errors.ts';
import { exitCodes } from './exit-codes.ts';
import { buildProgram } from './program.ts';

/** Runs one command, and sets the exit code of the process. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  try {
    await buildProgram().parseAsync(argv);
  } catch (error) {
    process.exitCode = reportFailure(error);
  }
}

/** One clear line for what the user can mend; a stack only for what is our own mistake. */
function reportFailure(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof ConfigurationError || error instanceof MalformedSignalError) {
    console.error(`error: ${error.message}`);
    return exitCodes.usage;
  }
  console.error(
    error instanceof Error ? (process.env.DEBUG ? error.stack : `error: ${error.message}`) : error,
  );
  return exitCodes.failed;
}
