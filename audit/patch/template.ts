import type { Workload } from '../fleet.ts';
import { at, isRecord } from '../read/parse.ts';
import type { Patch } from '../rule.ts';
import { mergeStrategically } from './strategic.ts';

type Fragment = Readonly<Record<string, unknown>>;

/** Changes a workload's pod template; `fragment` is a strategic merge patch of the template. */
export function patchTemplate(workload: Workload, fragment: Fragment): Patch {
  const { object, path, patchedBy, isImmutable } = workload.source;
  const body = patchedBy === 'strategic' ? nest(path, fragment) : withWholeLists(object, path, fragment);
  return { type: 'patch', target: workload.ref, as: patchedBy, body, anew: isImmutable };
}

/** Changes the spec of the pods. */
export function patchPods(workload: Workload, spec: Fragment): Patch {
  return patchTemplate(workload, { spec });
}

/** Changes the object beside its template. */
export function patchObject(workload: Workload, body: Fragment, anew = workload.source.isImmutable): Patch {
  return { type: 'patch', target: workload.ref, as: workload.source.patchedBy, body, anew };
}

function nest(path: readonly (string | number)[], fragment: Fragment): Fragment {
  return path.reduceRight<Fragment>((inner, key) => ({ [key]: inner }), fragment);
}

/** A merge patch replaces lists, so the outermost list on the way to the change is written out, changed. */
function withWholeLists(object: unknown, path: readonly (string | number)[], fragment: Fragment): Fragment {
  const list = path.findIndex((key) => typeof key === 'number');
  if (list === -1) {
    const template = at(object, path);
    return nest(path, wholeLists(template, fragment));
  }
  const [outer, index, inner] = [path.slice(0, list), path[list], path.slice(list + 1)];
  const entries = at(object, outer);
  const changed = (Array.isArray(entries) ? entries : []).map((entry, position) =>
    position === index ? mergeStrategically(entry, nest(inner, fragment)) : entry,
  );
  const holder = outer.slice(0, -1);
  return nest(holder, { [String(outer.at(-1))]: changed });
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
