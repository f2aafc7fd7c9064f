import type { Workload } from '../fleet.ts';
import type { Change } from '../rule.ts';

type Fragment = Readonly<Record<string, unknown>>;

/** Changes a workload's pod template; `fragment` is a strategic merge patch of the template. */
export function patchTemplate(workload: Workload, fragment: Fragment): Change {
  const { ref: target, source } = workload;
  return { type: 'change', target, source, path: source.path, fragment, isAnew: source.isImmutable };
}

/** Changes the spec of the pods. */
export function patchPods(workload: Workload, spec: Fragment): Change {
  return patchTemplate(workload, { spec });
}

/** Changes the object beside its template. */
export function patchObject(
  { ref: target, source }: Workload,
  fragment: Fragment,
  isAnew = source.isImmutable,
): Change {
  return { type: 'change', target, source, path: [], fragment, isAnew };
}
