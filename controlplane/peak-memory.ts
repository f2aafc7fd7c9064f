import { readFileSync } from 'node:fs';

/**
 * The most memory that this process has held so far, Node itself included, in bytes. Not `process.resourceUsage()` where Linux
 * tells better: its figure is kept over `exec`, so a process that began as a fork of a large one starts with that one's.
 *
 * Sources: proc_pid_status(5), `VmHWM`; getrusage(2), `ru_maxrss`.
 */
export function peakMemory(): number {
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readStatus()) ?? [];
  return 1_024 * Number(kibibytes ?? process.resourceUsage().maxRSS);
}

/** Empty where there is no `/proc`. */
function readStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return '';
  }
}
