import { at, isRecord } from '../read/parse.ts';
import type { Patch } from '../rule.ts';

/** What the API server and its controllers have written into an object, by which no second one can be made. */
const SERVERS_METADATA = [
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
];
const SERVERS_LABELS = [
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
  'controller-uid',
  'job-name',
];

/** The object as its maker would write it, changed: the API server refuses changes of the one that is there. */
export function madeAnew(changed: unknown): Patch {
  const { metadata, spec, status: _status, ...rest } = isRecord(changed) ? changed : {};
  const object = {
    ...rest,
    metadata: withoutLabels(without(metadata, SERVERS_METADATA)),
    spec: withoutJobIdentity(spec),
  };
  return at(object, ['metadata', 'name']) === undefined
    ? { type: 'create', object }
    : { type: 'replace', object };
}

/** A Job selects its pods by its own uid, unless it says that it does so by hand. */
function withoutJobIdentity(spec: unknown): unknown {
  if (!isRecord(spec) || spec.manualSelector === true) return spec;
  const template = at(spec, ['template']);
  const { selector: _selector, ...rest } = spec;
  if (!isRecord(template)) return rest;
  return { ...rest, template: { ...template, metadata: withoutLabels(template.metadata) } };
}

function withoutLabels(metadata: unknown): unknown {
  if (!isRecord(metadata) || !isRecord(metadata.labels)) return metadata;
  return { ...metadata, labels: without(metadata.labels, SERVERS_LABELS) };
}

function without(value: unknown, keys: readonly string[]): Readonly<Record<string, unknown>> {
  const entries = Object.entries(isRecord(value) ? value : {});
  return Object.fromEntries(entries.filter(([key]) => !keys.includes(key)));
}
