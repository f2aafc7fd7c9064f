import { readFileSync } from 'node:fs';
import type { Cost } from './contestant.ts';

/** Linux's clock ticks a second, as in `/proc/<pid>/stat`. */
const TICKS = 100;
const SAMPLE_MS = 200;

/** Follows processes from outside, in `/proc`; those that end keep their last reading. */
export interface CostMeter {
  add(pid: number): void;
  /** What was used before now does not count. */
  reset(): void;
  read(): Cost;
  stop(): void;
}

export function openCostMeter(): CostMeter {
  const used = new Map<number, { cpu: number; megabytes: number }>();
  let before = 0;
  let peak = 0;
  const total = () => [...used.values()].reduce((sum, { cpu }) => sum + cpu, 0);
  const sample = () => {
    let megabytes = 0;
    for (const pid of used.keys()) {
      const reading = readProcess(pid);
      if (!reading) continue;
      used.set(pid, reading);
      megabytes += reading.megabytes;
    }
    peak = Math.max(peak, megabytes);
  };
  const timer = setInterval(sample, SAMPLE_MS);
  return {
    add: (pid) => void used.set(pid, readProcess(pid) ?? { cpu: 0, megabytes: 0 }),
    reset: () => {
      sample();
      before = total();
      peak = 0;
    },
    read: () => {
      sample();
      return { cpuSeconds: total() - before, peakMegabytes: peak };
    },
    stop: () => clearInterval(timer),
  };
}

function readProcess(pid: number): { cpu: number; megabytes: number } | undefined {
  try {
    // The name in parentheses may hold spaces; utime and stime are the 12th and 13th field after it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS, megabytes: (pages * 4096) / 1e6 };
  } catch {
    return undefined;
  }
}
