import { isRecord } from '../read/parse.ts';

/** Lists of a pod template that a strategic merge patch merges by a key; every other list is replaced. */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  env: 'name',
  volumes: 'name',
  volumeMounts: 'mountPath',
  topologySpreadConstraints: 'topologyKey',
};

/**
 * What the API server makes of a strategic merge patch, as far as the audit's patches go: no directives. Custom kinds know
 * no such patch, so it is worked out here and sent with whole lists.
 */
export function mergeStrategically(value: unknown, patch: unknown, key = ''): unknown {
  if (Array.isArray(patch)) return mergeList(value, patch, MERGE_KEYS[key]);
  if (!isRecord(patch)) return patch;
  const merged = new Map(Object.entries(isRecord(value) ? value : {}));
  for (const [name, inner] of Object.entries(patch)) {
    if (inner === null) merged.delete(name);
    else merged.set(name, mergeStrategically(merged.get(name), inner, name));
  }
  return Object.fromEntries(merged);
}

function mergeList(value: unknown, patch: readonly unknown[], mergeKey: string | undefined): unknown {
  if (mergeKey === undefined || !Array.isArray(value)) return patch;
  const keyOf = (entry: unknown) => (isRecord(entry) ? entry[mergeKey] : undefined);
  const known = new Set(value.map(keyOf));
  const kept = value.map((entry) => {
    const change = patch.find((each) => keyOf(each) === keyOf(entry));
    return change === undefined ? entry : mergeStrategically(entry, change);
  });
  return [...kept, ...patch.filter((entry) => !known.has(keyOf(entry)))];
}
