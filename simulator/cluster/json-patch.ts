import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

/** RFC 6902, as far as the API server's clients use it: add, remove, replace, test, copy and move excluded. */
const operations = z.array(
  z.object({
    op: z.enum(['add', 'remove', 'replace', 'test']),
    path: z.string().regex(/^(\/.*)?$/),
    value: z.unknown().optional(),
  }),
);

type Operation = z.infer<typeof operations>[number];

export type PatchResult =
  | { readonly type: 'patched'; readonly value: unknown }
  /** An operation failed (a `test`, or a missing parent): nothing is applied. */
  | { readonly type: 'not-applicable' }
  | { readonly type: 'malformed'; readonly problem: string };

/** Applies all operations or none; `target` is not changed. */
export function applyJsonPatch(target: unknown, patch: unknown): PatchResult {
  const parsed = operations.safeParse(patch);
  if (!parsed.success) return { type: 'malformed', problem: z.prettifyError(parsed.error) };
  const root: Branch = { root: structuredClone(target) };
  for (const operation of parsed.data) {
    if (!applyOperation(root, operation)) return { type: 'not-applicable' };
  }
  return { type: 'patched', value: root.root };
}

type Branch = Record<string, unknown>;

function applyOperation(root: Branch, operation: Operation): boolean {
  const steps = ['root', ...operation.path.split('/').slice(1).map(unescapeStep)];
  const last = steps.pop();
  let parent: unknown = root;
  for (const step of steps) parent = readStep(parent, step);
  if (last === undefined) return false;
  // A test for null passes where the last step is absent, not where the way to it is.
  if (operation.op === 'test' && parent !== undefined)
    return isDeepStrictEqual(readStep(parent, last) ?? null, operation.value ?? null);
  if (Array.isArray(parent)) return applyToArray(parent, last, operation);
  return isBranch(parent) && applyToObject(parent, last, operation);
}

function applyToObject(parent: Branch, key: string, { op, value }: Operation): boolean {
  if (op !== 'add' && !(key in parent)) return false;
  if (op === 'remove') delete parent[key];
  else parent[key] = value;
  return true;
}

function applyToArray(parent: unknown[], key: string, { op, value }: Operation): boolean {
  const index = key === '-' && op === 'add' ? parent.length : Number(key);
  const end = op === 'add' ? parent.length : parent.length - 1;
  if (!Number.isInteger(index) || index < 0 || index > end) return false;
  if (op === 'add') parent.splice(index, 0, value);
  else if (op === 'remove') parent.splice(index, 1);
  else parent[index] = value;
  return true;
}

function readStep(parent: unknown, step: string): unknown {
  if (Array.isArray(parent)) return /^\d+$/.test(step) ? parent[Number(step)] : undefined;
  return isBranch(parent) && Object.hasOwn(parent, step) ? parent[step] : undefined;
}

function isBranch(value: unknown): value is Branch {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unescapeStep(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}
