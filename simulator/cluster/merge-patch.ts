import { z } from 'zod';

type Branch = Record<string, unknown>;

/** RFC 7386: null removes, objects merge, everything else (lists too) replaces. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  return merge(target, patch, (_path, _before, after) => after, '');
}

/** Kubernetes' strategic merge, for the one keyed list written here: `status.conditions`, by `type`. */
export function applyStrategicPatch(target: unknown, patch: unknown): unknown {
  return merge(target, patch, mergeKeyedList, '');
}

type MergeList = (path: string, before: unknown, after: unknown[]) => unknown[];

function merge(target: unknown, patch: unknown, mergeList: MergeList, path: string): unknown {
  if (Array.isArray(patch)) return mergeList(path, target, patch);
  if (!isBranch(patch)) return patch;
  const result: Branch = isBranch(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value, mergeList, `${path}/${key}`);
  }
  return result;
}

const typed = z.looseObject({ type: z.string() });

function mergeKeyedList(path: string, before: unknown, after: unknown[]): unknown[] {
  if (path !== '/status/conditions') return after;
  const merged = new Map<string, Branch>();
  for (const each of [...(Array.isArray(before) ? before : []), ...after]) {
    const item = typed.safeParse(each);
    if (item.success) merged.set(item.data.type, { ...merged.get(item.data.type), ...item.data });
  }
  return [...merged.values()];
}

function isBranch(value: unknown): value is Branch {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
