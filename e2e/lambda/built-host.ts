import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

let built: string | undefined;

/** `host.ts` as plain JavaScript: taking the types out is a tenth of a second for each environment. Gone with this process. */
export function builtHost(): string {
  built ??= build();
  return built;
}

function build(): string {
  const folder = mkdtempSync(join(tmpdir(), 'e2e-host-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, 'host.mjs');
  const entry = fileURLToPath(new URL('host.ts', import.meta.url));
  buildSync({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
  });
  return outfile;
}
