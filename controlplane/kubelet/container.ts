import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** How a container's command ended. */
export interface Exit {
  /** As a runtime reports it: 128 and the signal's number where a signal ended it. */
  readonly code: number;
  readonly startedAt: Date;
  readonly finishedAt: Date;
}

export interface Container {
  readonly startedAt: Date;
  readonly ended: Promise<Exit>;
  /** SIGTERM to the command alone, as to a container's process 1. */
  terminate(): void;
  /** SIGKILL to all that it started. */
  kill(): void;
}

export interface Command {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Descriptor of an open file for what it writes. */
  readonly log: number;
}

/** A runtime's code for a command that cannot be started. */
const CANNOT_RUN = 128;

/** Starts a command in a process group of its own. */
export function startContainer({ argv, cwd, env, log }: Command): Container {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', log, log] });
  const startedAt = new Date();
  const kill = () => signalGroup(child.pid, 'SIGKILL');
  const ended = new Promise<Exit>((resolve) => {
    const end = (code: number) => resolve({ code, startedAt, finishedAt: new Date() });
    child.once('error', () => end(CANNOT_RUN));
    child.once('exit', (code, signal) => {
      kill(); // what a container's first process leaves behind dies with it
      end(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
  return { startedAt, ended, kill, terminate: () => void child.kill('SIGTERM') };
}

function signalGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, signal);
  } catch {
    // Nothing of it is left.
  }
}
