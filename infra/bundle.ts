import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Bundles each handler to `dist/<handler>/index.mjs`: ESM, minified, split so that what is loaded only on a
 * miss stays out of the cold start. Prints the sizes.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const handlers = join(root, 'functions', 'handlers');

await rm(join(root, 'dist'), { recursive: true, force: true });
for (const file of await readdir(handlers)) await bundle(basename(file, '.ts'));

async function bundle(name: string): Promise<void> {
  const outdir = join(root, 'dist', name);
  await mkdir(outdir, { recursive: true });
  const { metafile } = await build({
    entryPoints: { index: join(handlers, `${name}.ts`) },
    outdir,
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    outExtension: { '.js': '.mjs' },
    // Some dependencies are CommonJS and call require; ESM has none of its own.
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    metafile: true,
    legalComments: 'none',
  });
  const entry = (await stat(join(outdir, 'index.mjs'))).size;
  const all = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  console.log(
    `dist/${name}/index.mjs  entry ${kilobytes(entry)}, with lazily loaded parts ${kilobytes(all)}`,
  );
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} kB`;
}
