import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Leaves out what nothing calls of the generated Kubernetes client, 0.7 of its megabyte: methods whose names do not
 * occur in the adapter's sources, and models that the methods left do not reach. A bundler cannot do it, as
 * methods of a class and the serializer's table of models are reached by name.
 *
 * @param adapter folder of the only sources that use the client.
 */
export function trimKubernetesClient(adapter: string): Plugin {
  return {
    name: 'trim-kubernetes-client',
    setup: async (build) => {
      const sources = await readAll(adapter);
      const isUsed = (method: string) => new RegExp(`\\b${method}\\b`).test(sources);
      build.onLoad(
        { filter: /client-node\/dist\/gen\/(apis\/\w+Api|types\/\w+API)\.js$/ },
        async ({ path }) => ({
          contents: withoutMethods(await readFile(path, 'utf8'), isUsed),
        }),
      );
      build.onLoad({ filter: /client-node\/dist\/gen\/models\/ObjectSerializer\.js$/ }, async ({ path }) => {
        const apis = join(dirname(path), '..', 'apis');
        const kept = ['CoreV1Api', 'PolicyV1Api'].map((name) =>
          withoutMethods(readFileSync(join(apis, `${name}.js`), 'utf8'), isUsed),
        );
        const contents = await readFile(path, 'utf8');
        return { contents: withoutModels(contents, reachable(dirname(path), [...kept, sources])) };
      });
      // Models are only re-exported: what nothing names is not needed. They are named by their path, and there are
      // hundreds: to let esbuild find each again takes three times as long as all the rest of a bundle.
      build.onResolve({ filter: /^\..*models\/\w+\.js$/ }, ({ importer, path, resolveDir }) =>
        importer.includes('client-node')
          ? { path: join(resolveDir, path), sideEffects: path.endsWith('ObjectSerializer.js') }
          : undefined,
      );
    },
  };
}

async function readAll(folder: string): Promise<string> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.ts'));
  return (await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))).join('\n');
}

/** The generator indents a method by four spaces, and nothing else closes at that depth. */
const METHOD = /^ {4}(?:async )?(\w+)\([^\n]*\) \{\n[\s\S]*?^ {4}\}\n/gm;

function withoutMethods(text: string, isUsed: (method: string) => boolean): string {
  return text.replaceAll(METHOD, (whole, name: string) =>
    name === 'constructor' || isUsed(name.replace(/WithHttpInfo$/, '')) ? whole : '',
  );
}

/** Of the serializer: its imports, exports and table. */
function withoutModels(text: string, kept: ReadonlySet<string>): string {
  const line =
    /^(?:export \* from|import \{ \w+ \} from) '\.\.\/models\/(\w+)\.js';\n|^ {4}"(\w+)": \w+,?\n/gm;
  return text.replaceAll(line, (whole, file?: string, entry?: string) =>
    kept.has(file ?? entry ?? '') ? whole : '',
  );
}

/** The models that these texts name, and those that they consist of. */
function reachable(models: string, texts: readonly string[]): ReadonlySet<string> {
  const kept = new Set<string>();
  const visit = (text: string) => {
    for (const [name] of text.matchAll(/\b(?:CoreV1|EventsV1|V\d\w*?|IntOrString|Version)[A-Z]?\w*\b/g)) {
      if (kept.has(name)) continue;
      const model = readModel(models, name);
      if (model === undefined) continue;
      kept.add(name);
      // Only the types of its fields: its comments name others.
      visit([...model.matchAll(/"type": "([^"]+)"/g)].map(([, type]) => type).join(' '));
    }
  };
  for (const text of texts) visit(text.replaceAll(/^\s*\*.*$/gm, ''));
  return kept;
}

function readModel(models: string, name: string): string | undefined {
  try {
    return readFileSync(join(models, `${name}.js`), 'utf8');
  } catch {
    return undefined;
  }
}
