import { type Dirent, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text as readStream } from 'node:stream/consumers';
import { type Document, isCollection, LineCounter, parseAllDocuments, visit } from 'yaml';
import { ConfigurationError } from '../../functions/errors.ts';
import { isRecord, type Raw } from './parse.ts';

/**
 * The Kubernetes objects of files and folders; `-` is the standard input. What has no kind (values of a chart, a
 * kustomization's patch) is passed over. Throws `ConfigurationError` that names the file and line.
 */
export async function readManifests(paths: readonly string[]): Promise<readonly Raw[]> {
  const raws: Raw[] = [];
  for (const path of paths) {
    const files = path === '-' ? ['-'] : filesIn(path);
    const found: Raw[] = [];
    for (const file of files) found.push(...parseManifests(file, await readText(file)));
    if (found.length === 0)
      throw new ConfigurationError(
        `--file ${path}: holds no Kubernetes object. Name manifests (.yaml, .yml, .json) or a folder of them.`,
      );
    raws.push(...found);
  }
  return raws;
}

const ENDINGS = /\.(ya?ml|json)$/;
const SKIPPED = ['node_modules', '.git'];

function filesIn(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path, { withFileTypes: true })
      .sort((one, other) => (one.name < other.name ? -1 : 1))
      .flatMap((entry) => inFolder(path, entry));
  } catch (cause) {
    if (cause instanceof ConfigurationError) throw cause;
    throw cannotRead(path, cause);
  }
}

function inFolder(folder: string, entry: Dirent): readonly string[] {
  if (SKIPPED.includes(entry.name)) return [];
  const path = join(folder, entry.name);
  if (entry.isDirectory()) return filesIn(path);
  return entry.isFile() && ENDINGS.test(entry.name) ? [path] : [];
}

async function readText(file: string): Promise<string> {
  if (file === '-') return readStream(process.stdin);
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw cannotRead(file, cause);
  }
}

function cannotRead(path: string, cause: unknown): ConfigurationError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  return new ConfigurationError(
    `--file ${path}: cannot be read (${code}). Name a file or folder that is there.`,
    {
      cause,
    },
  );
}

export function parseManifests(file: string, text: string): readonly Raw[] {
  const lines = new LineCounter();
  return parseAllDocuments(text, { lineCounter: lines, merge: true }).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw noYaml(file, error.linePos?.[0].line ?? 1, text, error.message.split('\n')[0] ?? '');
    if (isTemplate(document)) throw noYaml(file, 1, text, 'a value is {{ … }}.');
    const object: unknown = document.toJS();
    const line = lines.linePos(document.contents?.range?.[0] ?? 0).line;
    return unpack(object).map((each) => ({ object: each, place: { file, line } }));
  });
}

/** `replicas: {{ .Values.replicas }}` is YAML too: a mapping whose key is a mapping. */
function isTemplate(document: Document): boolean {
  let found = false;
  visit(document, {
    Pair: (_, { key }) => {
      found ||= isCollection(key);
    },
  });
  return found;
}

/** Objects of a `List` too. */
function unpack(object: unknown): readonly unknown[] {
  if (!isRecord(object) || typeof object.kind !== 'string' || typeof object.apiVersion !== 'string')
    return [];
  if (object.kind === 'List' && Array.isArray(object.items)) return object.items.flatMap(unpack);
  return isRecord(object.metadata) ? [object] : [];
}

function noYaml(file: string, line: number, text: string, problem: string): ConfigurationError {
  const remedy = text.includes('{{')
    ? 'It looks like a template: render it first, e.g. helm template CHART | spot-responder audit --file -'
    : 'Mend it.';
  return new ConfigurationError(`${file}:${line}: is no YAML: ${problem} ${remedy}`);
}
