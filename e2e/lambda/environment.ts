import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { StackFunction } from '../template/stack.ts';
import { builtHost } from './built-host.ts';
import type { Order, Word } from './host.ts';

/** How an invocation ended. */
export type Ending =
  | { readonly type: 'returned'; readonly answer: unknown; readonly peakMegabytes?: number }
  | { readonly type: 'failed'; readonly error: string; readonly peakMegabytes?: number }
  | { readonly type: 'timed-out' }
  /** The process ended under it. */
  | { readonly type: 'exited' };

/** One Lambda execution environment: a Node process of its own. One invocation at a time. */
export interface ExecutionEnvironment {
  /** Resolves when the bundle is loaded. */
  readonly ready: Promise<number>;
  readonly pid: number;
  isAlive(): boolean;
  /** As it said last, of the whole process since it began. */
  cpuMs(): number;
  invoke(event: unknown): Promise<Ending>;
  /** As an environment that Lambda loses: at once, in the middle of everything. */
  kill(): Promise<void>;
}

/** @param variables the stack's own and those that Lambda adds. */
export function startEnvironment(
  { bundle, memoryMegabytes, timeoutSeconds }: StackFunction,
  variables: Readonly<Record<string, string>>,
  onOutput: (text: string) => void,
): ExecutionEnvironment {
  const child = fork(builtHost(), [bundle], {
    env: variables,
    execArgv: [`--max-old-space-size=${Math.floor(memoryMegabytes * 0.9)}`],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A Ctrl-C in the terminal is for the driver; this ends when the driver lets go of the channel.
    detached: true,
  });
  child.stdout?.on('data', (chunk: Buffer) => onOutput(chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => onOutput(chunk.toString()));
  let cpuMs = 0;
  child.on('message', (word: Word) => {
    if (word.type !== 'ready') cpuMs = word.cpuMs;
  });
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  return {
    ready: untilReady(child),
    pid: child.pid ?? 0,
    isAlive,
    cpuMs: () => cpuMs,
    invoke: (event) => invoke(child, event, timeoutSeconds * 1_000),
    kill: async () => {
      if (!isAlive()) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function untilReady(child: ChildProcess): Promise<number> {
  const [word]: [Word] = await Promise.race([
    once(child, 'message') as Promise<[Word]>,
    once(child, 'exit').then((): never => {
      throw new Error('the bundle did not load');
    }),
  ]);
  return word.type === 'ready' ? word.loadedInMs : 0;
}

function invoke(child: ChildProcess, event: unknown, timeoutMs: number): Promise<Ending> {
  const order: Order = { event, requestId: randomUUID(), deadline: Date.now() + timeoutMs };
  return new Promise((resolve) => {
    const end = (ending: Ending) => {
      clearTimeout(timer);
      child.off('message', hear);
      child.off('exit', gone);
      resolve(ending);
    };
    const hear = (word: Word) => void (word.type !== 'ready' && end(word));
    const gone = () => end({ type: 'exited' });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      end({ type: 'timed-out' });
    }, timeoutMs);
    child.on('message', hear);
    child.on('exit', gone);
    // One that has just been killed may still look connected.
    if (child.connected) child.send(order, (error) => error && gone());
    else gone();
  });
}
