import { isDeepStrictEqual } from 'node:util';
import { MARK } from './mark.ts';
import type { KubeObject, KubeObjects, WriteOptions } from './objects.ts';
import type { Step } from './step.ts';

/** Applies one object of ours. One that somebody else made is brought up to date, and stays theirs. */
export async function equip(objects: KubeObjects, wanted: KubeObject, options: WriteOptions): Promise<Step> {
  const before = await objects.get(wanted);
  const after = await objects.apply(before && !isMarked(before) ? wanted : withMark(wanted), options);
  const step = { kind: wanted.kind, name: wanted.metadata.name };
  if (!before) return { ...step, change: 'created' };
  const changed = changedFields(before, after);
  if (changed.length === 0) return { ...step, change: 'unchanged' };
  return { ...step, change: 'updated', detail: changed.join(', ') };
}

/** What enrolment made and the manifests do not hold (any more). */
export async function findOurs(
  objects: KubeObjects,
  manifests: readonly KubeObject[],
): Promise<readonly KubeObject[]> {
  const kinds = new Map(manifests.map(({ apiVersion, kind }) => [kind, { apiVersion, kind }]));
  const lists = [...kinds.values()].map((kind) => objects.list(kind, MARK));
  return (await Promise.all(lists)).flat();
}

export async function discard(
  objects: KubeObjects,
  object: KubeObject,
  options: WriteOptions,
): Promise<Step> {
  await objects.remove(object, options);
  return { kind: object.kind, name: object.metadata.name, change: 'removed' };
}

function isMarked({ metadata }: KubeObject): boolean {
  return metadata.labels?.[MARK] !== undefined;
}

function withMark(object: KubeObject): KubeObject {
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, labels: { ...metadata.labels, [MARK]: 'created' } } };
}

/** Of the server's bookkeeping nothing counts. */
function changedFields(before: KubeObject, after: KubeObject): string[] {
  const parts = ({ metadata: { annotations, labels }, status, ...rest }: KubeObject) => ({
    ...rest,
    'metadata.annotations': annotations,
    'metadata.labels': labels,
  });
  const [old, now] = [parts(before), parts(after)];
  const fields = new Set([...Object.keys(old), ...Object.keys(now)]);
  return [...fields].filter((field) => !isDeepStrictEqual(Reflect.get(old, field), Reflect.get(now, field)));
}
