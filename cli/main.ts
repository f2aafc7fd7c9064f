#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { CommanderError } from 'commander';
import { ConfigurationError, MalformedSignalError } from '../functions/errors.ts';
import { exitCodes } from './exit-codes.ts';
import { buildProgram } from './program.ts';

// What a command loads is compiled once for all runs.
enableCompileCache();

// A reader such as `head` that closes early is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? exitCodes.ok);
  throw error;
});

try {
  await buildProgram().parseAsync(process.argv);
} catch (error) {
  process.exitCode = reportFailure(error);
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
