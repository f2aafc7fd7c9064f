import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';
import { trimKubernetesClient } from './trim-kubernetes-client.ts';

/**
 * Bundles each handler to `dist/<handler>/index.mjs`, or into the folder that is the argument: ESM, minified, split so
 * that what is loaded only on a miss stays out of the cold start. Prints the sizes.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const handlers = join(root, 'functions', 'handlers');
const dist = resolve(process.argv[2] ?? join(root, 'dist'));

/**
 * The default HTTP library of the Kubernetes client brings undici along, 0.7 MB. Nothing
 * calls it: every request goes over a connection of our own.
 */
const withoutDefaultHttp: Plugin = {
  name: 'without-default-http',
  setup: ({ onLoad }) => {
    onLoad({ filter: /client-node\/dist\/gen\/http\/isomorphic-fetch\.js$/ }, () => ({
      contents:
        'export class IsomorphicFetchHttpLibrary { send() { throw new Error("left out of the bundle"); } }',
    }));
  },
};

/**
 * A function's credentials are in its environment. The SDK looks there first as well, but brings along what finds them
 * on laptops and servers.
 */
const onlyLambdaCredentials: Plugin = {
  name: 'only-lambda-credentials',
  setup: ({ onLoad }) => {
    onLoad({ filter: /credential-provider-node\/dist-es\/index\.js$/ }, ({ path }) => ({
      contents: "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';",
      resolveDir: dirname(path),
    }));
  },
};

/**
 * Node's own HTTP as CommonJS sees it: to be imported as an ES module, `node:http` must say what each of its exports is,
 * WebSocket among them, and loads undici for that: a ninth of the processor time that a cold start takes.
 */
const plainBuiltins: Plugin = {
  name: 'plain-builtins',
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^(node:)?https?$/ }, ({ path }) => ({
      path: path.replace(/^node:/, ''),
      namespace: 'plain-builtin',
    }));
    onLoad({ filter: /./, namespace: 'plain-builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}');`,
    }));
  },
};

await rm(dist, { recursive: true, force: true });
for (const file of await readdir(handlers)) await bundle(basename(file, '.ts'));

async function bundle(name: string): Promise<void> {
  const outdir = join(dist, name);
  await mkdir(outdir, { recursive: true });
  const { metafile } = await build({
    entryPoints: { index: join(handlers, `${name}.ts`) },
    outdir,
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    // The SDK's ES modules: of its CommonJS ones a bundler must keep every command of a client.
    mainFields: ['module', 'main'],
    target: 'node24',
    outExtension: { '.js': '.mjs' },
    // Some dependencies are CommonJS and call require; ESM has none of its own.
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    plugins: [
      withoutDefaultHttp,
      onlyLambdaCredentials,
      plainBuiltins,
      trimKubernetesClient(join(root, 'functions', 'cluster')),
    ],
    metafile: true,
    absWorkingDir: root,
    legalComments: 'none',
  });
  const entry = sizeAtStart(metafile.outputs, relative(root, join(outdir, 'index.mjs')));
  const all = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  console.log(
    `dist/${name}/index.mjs  at start ${kilobytes(entry)}, with lazily loaded parts ${kilobytes(all)}`,
  );
}

/** Of the entry and of all that it imports statically: what a cold start reads and compiles. */
function sizeAtStart(outputs: Metafile['outputs'], entry: string): number {
  const loaded = new Set<string>();
  const load = (path: string) => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const { external, kind, path: next } of outputs[path]?.imports ?? [])
      if (kind === 'import-statement' && !external) load(next);
  };
  load(entry);
  return [...loaded].reduce((sum, path) => sum + (outputs[path]?.bytes ?? 0), 0);
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} kB`;
}
