import { constants, setPriority } from 'node:os';
import { messageOf } from '../../functions/errors.ts';
import type { StackFunction } from '../template/stack.ts';
import type { Concurrency } from './concurrency.ts';
import { type Ending, type ExecutionEnvironment, startEnvironment } from './environment.ts';

/** A function of the stack, run here as Lambda runs it. */
export interface LocalFunction {
  readonly properties: StackFunction;
  /** `throttled`: the account or the function runs as many as it may. */
  invoke(event: unknown): Promise<Ending | { readonly type: 'throttled' }>;
  /** What its environments wrote, all of it. */
  output(): string;
  /** Milliseconds that each environment took to load the bundle. */
  readonly coldStarts: readonly number[];
  /** Milliseconds that each invocation took, the loading of the bundle left out. */
  readonly durations: readonly number[];
  /** What invocations threw. */
  readonly failures: readonly string[];
  /** The most that the environment of an invocation had held when that ended, in MB. */
  readonly peaks: readonly number[];
  /** Of all its environments, as they said last. */
  cpuSeconds(): number;
  /** Ends every environment that is at work, as a crash would. Returns how many there were. */
  killBusy(): Promise<number>;
  close(): Promise<void>;
}

/** @param isLast its processes come after all others, where processors are short. */
export function openFunction(
  properties: StackFunction,
  variables: Readonly<Record<string, string>>,
  concurrency: Concurrency,
  isLast = false,
): LocalFunction {
  const idle: ExecutionEnvironment[] = [];
  const busy = new Set<ExecutionEnvironment>();
  const all: ExecutionEnvironment[] = [];
  const coldStarts: number[] = [];
  const durations: number[] = [];
  const failures: string[] = [];
  const peaks: number[] = [];
  const chunks: string[] = [];
  const take = async () => {
    for (let kept = idle.pop(); kept; kept = idle.pop()) if (kept.isAlive()) return kept;
    const started = startEnvironment(properties, variables, (text) => void chunks.push(text));
    if (isLast) setPriority(started.pid, constants.priority.PRIORITY_LOW);
    busy.add(started);
    all.push(started);
    coldStarts.push(await started.ready);
    return started;
  };
  return {
    properties,
    coldStarts,
    durations,
    failures,
    peaks,
    output: () => chunks.join(''),
    invoke: async (event) => {
      const release = concurrency.enter(properties);
      if (!release) return { type: 'throttled' };
      let environment: ExecutionEnvironment | undefined;
      try {
        environment = await take();
        busy.add(environment);
        const began = performance.now();
        const ending = await environment.invoke(event);
        durations.push(performance.now() - began);
        if (ending.type === 'failed') failures.push(ending.error);
        if ('peakMegabytes' in ending && ending.peakMegabytes) peaks.push(ending.peakMegabytes);
        return ending;
      } catch (error) {
        return { type: 'failed', error: `${messageOf(error)}\n${chunks.slice(-20).join('')}` };
      } finally {
        if (environment) busy.delete(environment);
        if (environment?.isAlive()) idle.push(environment);
        release();
      }
    },
    cpuSeconds: () => all.reduce((sum, each) => sum + each.cpuMs(), 0) / 1_000,
    killBusy: async () => {
      const victims = [...busy];
      await Promise.all(victims.map((each) => each.kill()));
      return victims.length;
    },
    close: async () => {
      await Promise.all([...idle, ...busy].map((each) => each.kill()));
    },
  };
}
