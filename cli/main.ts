#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { exitCodes } from './exit-codes.ts';
import { runCommandLine } from './run.ts';

// What a command loads is compiled once for all runs.
enableCompileCache();

// A reader such as `head` that closes early is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? exitCodes.ok);
  throw error;
});

await runCommandLine(process.argv);
