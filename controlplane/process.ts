import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';

/** A program of the control plane, running. */
export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  /** Its latest output, for an error message. */
  output(): string;
  stop(): Promise<void>;
}

export interface ProcessOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Asked until it says yes; default: as soon as it runs. */
  readonly isReady?: () => Promise<boolean>;
}

const KEPT_OUTPUT = 64 * 1024;
const START_TIMEOUT_MS = 60_000;

/** Starts a program that dies with us, and waits until it is ready. Throws with its output when it is not. */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const { name, command, args, env = {}, isReady = async () => true } = options;
  const child = execa(command, [...args], {
    env,
    buffer: false,
    reject: false,
    stdin: 'ignore',
    forceKillAfterDelay: 3_000,
  });
  let kept = '';
  const keep = (chunk: Buffer) => {
    kept = (kept + chunk.toString()).slice(-KEPT_OUTPUT);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  let ended = false;
  const end = child.then((result) => {
    ended = true;
    return result;
  });
  const running: RunningProcess = {
    name,
    pid: child.pid ?? 0,
    output: () => kept,
    stop: async () => {
      if (!ended) child.kill('SIGTERM');
      await end;
    },
  };
  for (const until = Date.now() + START_TIMEOUT_MS; ; await sleep(100)) {
    if (ended) throw new Error(`${name} ended before it was ready. Its output:\n${kept}`);
    if (await isReady().catch(() => false)) return running;
    if (Date.now() < until) continue;
    await running.stop();
    throw new Error(`${name} was not ready within ${START_TIMEOUT_MS / 1000} s. Its output:\n${kept}`);
  }
}
