import { execa } from 'execa';

export interface Python {
  readonly command: string;
  /** As in `3.12`. */
  readonly version: string;
}

const USUAL = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11'];
const PROBE = 'import ensurepip, sys, venv; print(*sys.version_info[:2], sep=".")';

/** The first Python of that version or later with `venv`: the one that `PYTHON` names, else one on the PATH. */
export async function findPython([major, minor]: readonly [number, number]): Promise<Python | undefined> {
  const { PYTHON } = process.env;
  for (const command of PYTHON ? [PYTHON] : USUAL) {
    const { stdout, exitCode } = await execa(command, ['-c', PROBE], { reject: false, stdin: 'ignore' });
    if (exitCode !== 0) continue;
    const version = stdout.trim();
    const [found = 0, foundMinor = 0] = version.split('.').map(Number);
    if (found === major && foundMinor >= minor) return { command, version };
  }
  return undefined;
}
