import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** What processors did since `measureCpu`. */
export interface CpuUse {
  readonly machineBusy: string;
  /** Seconds by part of this run: `respond`, `moto`. Empty where there is no `/proc`. */
  readonly byPart: Readonly<Record<string, number>>;
  /** Seconds of this run's processes together, what has ended meanwhile left out. */
  readonly seconds: number;
}

/** Starts to measure; call what it returns for what was used since, by this process and those it has started. */
export function measureCpu(): () => CpuUse {
  const [before, own] = [ticks(), secondsOfRun()];
  return () => {
    const [after, now] = [ticks(), secondsOfRun()];
    const share = (after.busy - before.busy) / Math.max(1, after.all - before.all);
    const byPart = new Map<string, number>();
    for (const [pid, { part, seconds }] of now)
      byPart.set(part, (byPart.get(part) ?? 0) + seconds - (own.get(pid)?.seconds ?? 0));
    return {
      machineBusy: `${Math.round(100 * share)} %`,
      byPart: Object.fromEntries([...byPart].sort(([, one], [, other]) => other - one)),
      seconds: [...byPart.values()].reduce((sum, each) => sum + each, 0),
    };
  };
}

function ticks() {
  const times = cpus().map((each) => each.times);
  const all = times.reduce((sum, { idle, irq, nice, sys, user }) => sum + idle + irq + nice + sys + user, 0);
  return { all, busy: all - times.reduce((sum, { idle }) => sum + idle, 0) };
}

interface Running {
  readonly parent: number;
  readonly part: string;
  readonly seconds: number;
}

/** Of this process and its descendants, as Linux tells; others may run beside them. */
function secondsOfRun(): ReadonlyMap<number, Running> {
  const all = new Map<number, Running>();
  for (const name of listProcesses()) {
    const running = readProcess(name);
    if (running) all.set(Number(name), running);
  }
  const isOurs = (pid: number): boolean => {
    if (pid === process.pid) return true;
    const parent = all.get(pid)?.parent;
    return parent !== undefined && parent > 1 && isOurs(parent);
  };
  return new Map([...all].filter(([pid]) => isOurs(pid)));
}

function listProcesses(): readonly string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** Linux counts a hundred ticks a second for whoever asks: man 5 proc_pid_stat. */
const TICKS_A_SECOND = 100;

function readProcess(pid: string): Running | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name before may hold spaces; the fields after it do not.
    const [, parent, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [user, system] = [fields[9], fields[10]].map(Number);
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    const seconds = ((user ?? 0) + (system ?? 0)) / TICKS_A_SECOND;
    return { parent: Number(parent), part: partOf(Number(pid), command), seconds };
  } catch {
    // It has ended between two looks.
    return undefined;
  }
}

const PARTS: readonly (readonly [command: RegExp, part: string])[] = [
  [/simulated-process\.ts world/, 'simulated cluster and account'],
  [/simulated-process\.ts table/, 'simulated table'],
  [/moto_server/, 'moto'],
  [/host\.(mjs|ts) /, 'functions'],
];

function partOf(pid: number, command: string): string {
  if (pid === process.pid) return 'driver';
  return PARTS.find(([pattern]) => pattern.test(command))?.[1] ?? 'control plane';
}
