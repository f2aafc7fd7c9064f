import type { NodeGroup } from '../fleet.ts';
import type { Requirement } from '../objects.ts';
import { at, isRecord } from '../read/parse.ts';
import type { Change, Patch } from '../rule.ts';
import { madeAnew } from './anew.ts';
import { mergeStrategically } from './strategic.ts';

type Path = readonly (string | number)[];
type Fragment = Readonly<Record<string, unknown>>;
type TemplateChange = Extract<Change, { type: 'change' }>;
type RequirementChange = Extract<Change, { type: 'requirement' }>;

/**
 * Turns what rules want into what is sent. Where the server merges nothing (lists of custom kinds, objects that are made anew)
 * a patch holds the changes before it too, so that all of an object's patches can be applied one after the other.
 */
export function openResolver(): (patch: Patch | Change) => Patch {
  const objects = new Map<unknown, unknown>();
  const pools = new Map<NodeGroup, readonly Requirement[]>();
  return (patch) => {
    switch (patch.type) {
      case 'change': {
        const before = objects.get(patch.source.object) ?? patch.source.object;
        const after = changeAt(before, patch.path, patch.fragment);
        objects.set(patch.source.object, after);
        return toPatch(patch, before, after);
      }
      case 'requirement': {
        const requirements = replaced(pools.get(patch.group) ?? patch.group.requirements ?? [], patch);
        pools.set(patch.group, requirements);
        const body = { spec: { template: { spec: { requirements } } } };
        return { type: 'patch', target: patch.group.ref, as: 'merge', body };
      }
      default:
        return patch;
    }
  };
}

function toPatch(change: TemplateChange, before: unknown, after: unknown): Patch {
  const { fragment, isAnew, path, source, target } = change;
  if (isAnew) return madeAnew(after);
  if (source.patchedBy === 'strategic')
    return { type: 'patch', target, as: 'strategic', body: nest(path, fragment) };
  // A merge patch replaces lists: the outermost on the way is written out, changed.
  const list = path.findIndex((key) => typeof key === 'number');
  const body =
    list === -1
      ? nest(path, wholeLists(at(before, path), fragment))
      : nest(path.slice(0, list - 1), { [String(path[list - 1])]: at(after, path.slice(0, list)) });
  return { type: 'patch', target, as: 'merge', body };
}

function nest(path: Path, fragment: Fragment): Fragment {
  return path.reduceRight<Fragment>((inner, key) => ({ [key]: inner }), fragment);
}

function changeAt(value: unknown, [key, ...inner]: Path, fragment: Fragment): unknown {
  if (key === undefined) return mergeStrategically(value, fragment);
  if (typeof key === 'number')
    return (Array.isArray(value) ? value : []).map((entry, position) =>
      position === key ? changeAt(entry, inner, fragment) : entry,
    );
  return { ...(isRecord(value) ? value : {}), [key]: changeAt(at(value, [key]), inner, fragment) };
}

function wholeLists(value: unknown, fragment: Fragment): Fragment {
  return Object.fromEntries(
    Object.entries(fragment).map(([key, change]) => {
      const before = isRecord(value) ? value[key] : undefined;
      if (Array.isArray(change)) return [key, mergeStrategically(before, change, key)];
      return [key, isRecord(change) ? wholeLists(before, change) : change];
    }),
  );
}

function replaced(before: readonly Requirement[], { instead, key }: RequirementChange) {
  return before.flatMap((each) => (each.key === key ? (instead ?? []) : each));
}
