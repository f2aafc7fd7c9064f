import { readOptIn } from '../../functions/checkpoint/opt-in.ts';
import { countGpus } from '../../functions/cluster/gpus.ts';
import { mayUse } from '../facts/spot.ts';
import type { ObjectRef, Place, TemplateSource, Workload } from '../fleet.ts';
import { type AnyObject, labelSelector, type PodTemplate, podTemplate, scaled } from '../objects.ts';
import type { WorkloadKind } from './kinds.ts';
import { at, isRecord, parseAs } from './parse.ts';

/** The workloads of an object: one for each of its pod templates. */
export function toWorkloads(object: AnyObject, kind: WorkloadKind, place?: Place): readonly Workload[] {
  return kind.templates.flatMap((pattern) =>
    expand(object, pattern).map(({ part, path, steps }) => {
      const pods = kind.counts.map((count) => numberAt(object, fill(count, steps)));
      const source: TemplateSource = {
        object,
        path,
        patchedBy: kind.isCustom ? 'merge' : 'strategic',
        isImmutable: kind.isImmutable,
      };
      const made = { source, pods: pods.reduce((product, each) => product * each, 1), runs: kind.runs };
      return { ...describe(object, made, place), ...(part !== undefined && { part }) };
    }),
  );
}

/** A pod that nothing of the kinds above made. */
export function podAsWorkload(object: AnyObject, owner: string | undefined, place?: Place): Workload {
  const source: TemplateSource = { object, path: [], patchedBy: 'strategic', isImmutable: true };
  const runs = owner === undefined ? 'pod' : 'job';
  const workload = describe(object, { source, pods: 1, runs }, place);
  return owner === undefined ? workload : { ...workload, madeBy: owner };
}

/** A Ray cluster that one of these has made answers requests. */
const SERVES = 'RayService';

interface Made {
  readonly source: TemplateSource;
  readonly pods: number;
  readonly runs: 'service' | 'job' | 'pod';
}

function describe(object: AnyObject, { source, pods, runs }: Made, place?: Place): Workload {
  const ref = refOf(object);
  const who = `${ref.kind} ${ref.namespace}/${ref.name}`;
  const template = parseAs(podTemplate, at(object, source.path), `${who}, ${source.path.join('.')}`, place);
  const { spec } = parseAs(scaled, object, who, place);
  const gpus = gpusOf(template);
  const selector = labelSelector.safeParse(spec.selector);
  const maker = object.metadata.ownerReferences?.find(({ controller }) => controller);
  return {
    ref,
    ...(place && { place }),
    ...(maker && { madeBy: `${maker.kind}/${maker.name}` }),
    annotations: { ...template.metadata?.annotations, ...object.metadata.annotations },
    runs: maker?.kind !== SERVES && trains(ref, template, gpus, runs) ? 'training' : runs,
    pods,
    template,
    ...(selector.success && runs === 'service' && { selector: selector.data }),
    claims: (spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata?.name ?? 'unnamed'),
    gpus,
    spot: mayUse(template.spec),
    source,
  };
}

export function refOf({ apiVersion, kind, metadata }: AnyObject): ObjectRef {
  const name = metadata.name ?? `${metadata.generateName ?? 'unnamed'}…`;
  return { apiVersion, kind, namespace: metadata.namespace ?? 'default', name };
}

/** As the responder sees the pods: a Job's pod is owned by its Job, whatever made that. */
function trains(ref: ObjectRef, { metadata }: PodTemplate, gpus: number, runs: Made['runs']): boolean {
  const { namespace = '', name } = ref;
  const owner = { kind: 'Job', name, uid: name, controller: true };
  const { labels = {}, annotations = {} } = metadata ?? {};
  const pod = { namespace, name, uid: name, labels, annotations, gpus, ...(runs === 'job' && { owner }) };
  return readOptIn(pod).type !== 'not-training';
}

function gpusOf({ spec }: PodTemplate): number {
  const amounts = spec.containers.map(({ resources }) => {
    const wanted = Object.entries({ ...resources?.limits, ...resources?.requests });
    return countGpus(Object.fromEntries(wanted.map(([name, amount]) => [name, String(amount)])));
  });
  return amounts.reduce((sum, each) => sum + each, 0);
}

interface Expanded {
  readonly path: readonly (string | number)[];
  /** What stands for each `*`. */
  readonly steps: readonly (string | number)[];
  readonly part?: string;
}

function expand(object: unknown, pattern: readonly string[]): readonly Expanded[] {
  const star = pattern.indexOf('*');
  if (star === -1) return at(object, pattern) === undefined ? [] : [{ path: pattern, steps: [] }];
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
  const inside = at(object, before);
  const keys = Array.isArray(inside) ? [...inside.keys()] : isRecord(inside) ? Object.keys(inside) : [];
  return keys.flatMap((key) => {
    const path = [...before, key, ...after];
    if (at(object, path) === undefined) return [];
    const entry = at(object, [...before, key]);
    const name = isRecord(entry) ? (entry.name ?? entry.groupName) : undefined;
    return [{ path, steps: [key], part: typeof name === 'string' ? name : String(key) }];
  });
}

function fill(pattern: readonly string[], steps: readonly (string | number)[]): readonly (string | number)[] {
  return pattern.map((key) => (key === '*' ? (steps[0] ?? key) : key));
}

function numberAt(object: unknown, path: readonly (string | number)[]): number {
  const value = at(object, path);
  return typeof value === 'number' ? value : 1;
}
