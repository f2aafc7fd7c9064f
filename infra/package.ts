import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/**
 * `npm pack` and an install from git run this first: `lib/` is what is published. Node strips no types below
 * `node_modules`, so everything is compiled; the tree stays as it is, so that files find each other.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const lib = join(root, 'lib');

await rm(lib, { recursive: true, force: true });
await execa('node', ['node_modules/@typescript/native/bin/tsc', '--project', 'tsconfig.lib.json'], {
  cwd: root,
  stdio: 'inherit',
});
for (const file of await readdir(lib, { recursive: true }))
  if (/\.(js|d\.ts)$/.test(file)) await nameCompiled(file);
await execa('node', ['infra/bundle.ts', join(lib, 'dist')], { cwd: root, stdio: 'inherit' });
for (const asset of ['events', 'infra/k8s'])
  await cp(join(root, asset), join(lib, asset), { recursive: true });

/** The compiler renames what is imported, but no file that is named otherwise, and nothing in declarations. */
async function nameCompiled(file: string): Promise<void> {
  const path = join(lib, file);
  const text = await readFile(path, 'utf8');
  const named = file.endsWith('.d.ts')
    ? text.replace(/((?:from|import)\s*\(?['"]\.[^'"]*)\.ts(['"])/g, '$1.js$2')
    : text.replace(/(new URL\(['"]\.[^'"]*)\.ts(['"], import\.meta\.url\))/g, '$1.js$2');
  if (named !== text) await writeFile(path, named);
}
