import { cpus } from 'node:os';

/** Starts to measure; call what it returns for what was used since, in words: of two cores, and by this process. */
export function measureCpu(): () => {
  readonly machineBusy: string;
  /** Of both cores and everything that ran on them. */
  readonly busySeconds: number;
  readonly driverSeconds: number;
} {
  const before = ticks();
  const own = process.cpuUsage();
  return () => {
    const after = ticks();
    const { system, user } = process.cpuUsage(own);
    const share = (after.busy - before.busy) / Math.max(1, after.all - before.all);
    return {
      machineBusy: `${Math.round(100 * share)} %`,
      busySeconds: (after.busy - before.busy) / 1_000,
      driverSeconds: Math.round((system + user) / 1e6),
    };
  };
}

function ticks() {
  const times = cpus().map((each) => each.times);
  const all = times.reduce((sum, { idle, irq, nice, sys, user }) => sum + idle + irq + nice + sys + user, 0);
  return { all, busy: all - times.reduce((sum, { idle }) => sum + idle, 0) };
}
