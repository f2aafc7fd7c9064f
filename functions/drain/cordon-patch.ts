import { escapePointer } from '../cluster/json-pointer.ts';
import type { ClusterNode, Taint } from '../cluster/objects.ts';
import type { JsonPatchOperation } from '../cluster/port.ts';
import type { InterruptionKind } from '../signals/interruption.ts';
import {
  CORDON_ANNOTATION,
  type CordonRecord,
  EXCLUDE_FROM_LOAD_BALANCERS,
  readCordonRecord,
} from './cordon-record.ts';
import { TAINT_KEY } from './taint.ts';

/** What the taint says. */
export type CordonReason = InterruptionKind | 'return-to-spot';

interface CordonCause {
  readonly reason: CordonReason;
  readonly incidentId: string;
  readonly deadline?: Date;
}

/**
 * For a node that was not read first. It applies only where nothing has to be kept in mind for the undo: the
 * API server's JSON patch passes `test` with null on an absent member, so a node that is already cordoned,
 * labelled or ours answers with a conflict.
 */
export function buildCordonUnseen(
  cause: CordonCause,
  providerId: string,
  taints: 'some' | 'none',
): readonly JsonPatchOperation[] {
  const taint = ourTaint(cause);
  return [
    { op: 'test', path: '/spec/providerID', value: providerId },
    { op: 'test', path: '/spec/unschedulable', value: null },
    { op: 'test', path: LABEL_PATH, value: null },
    { op: 'test', path: ANNOTATION_PATH, value: null },
    ...(taints === 'none'
      ? addFirstTaint(taint)
      : [{ op: 'add', path: '/spec/taints/-', value: taint } as const]),
    { op: 'add', path: '/spec/unschedulable', value: true },
    { op: 'add', path: LABEL_PATH, value: 'true' },
    { op: 'add', path: ANNOTATION_PATH, value: JSON.stringify(newRecord(cause)) },
  ];
}

/** What is missing of the cordon on a node just read; empty when nothing is. */
export function buildCordon(node: ClusterNode, cause: CordonCause): readonly JsonPatchOperation[] {
  const changes = [
    ...(node.unschedulable ? [] : [{ op: 'add', path: '/spec/unschedulable', value: true } as const]),
    ...setTaint(node, ourTaint(cause)),
    ...(EXCLUDE_FROM_LOAD_BALANCERS in node.labels ? [] : [addLabel(node)]),
    ...setRecord(node, cause),
  ];
  return changes.length === 0 ? [] : [...isAsRead(node), ...changes];
}

/** Takes back what the record says was ours; empty when nothing is. */
export function buildUncordon(node: ClusterNode): readonly JsonPatchOperation[] {
  const record = readCordonRecord(node);
  const taint = indexOfOurTaint(node);
  const removals = [
    ...(record && node.unschedulable && isOurCordon(record, node) ? ['/spec/unschedulable'] : []),
    ...(record && !record.wasExcluded && EXCLUDE_FROM_LOAD_BALANCERS in node.labels ? [LABEL_PATH] : []),
    ...(CORDON_ANNOTATION in node.annotations ? [ANNOTATION_PATH] : []),
  ];
  if (removals.length === 0 && taint === -1) return [];
  return [
    ...isAsRead(node),
    ...(taint === -1 ? [] : [...isOurTaint(taint), { op: 'remove', path: `/spec/taints/${taint}` } as const]),
    ...removals.map((path) => ({ op: 'remove', path }) as const),
  ];
}

/**
 * Whoever uncordoned the node after us and cordoned it again wants it cordoned, and our record does not know: the
 * server does, as it keeps who changed the field last. The record stands in where the server does not tell.
 */
function isOurCordon({ wasUnschedulable }: CordonRecord, { isCordonOurs }: ClusterNode): boolean {
  return isCordonOurs ?? !wasUnschedulable;
}

const LABEL_PATH = `/metadata/labels/${escapePointer(EXCLUDE_FROM_LOAD_BALANCERS)}`;
const ANNOTATION_PATH = `/metadata/annotations/${escapePointer(CORDON_ANNOTATION)}`;

function ourTaint({ reason }: CordonCause): Taint {
  return { key: TAINT_KEY, value: reason, effect: 'NoSchedule' };
}

/**
 * What our change builds on, and nothing else: a test of the whole `resourceVersion` would lose the race against
 * every heartbeat of the kubelet and every taint of another controller.
 */
function isAsRead({ annotations, labels, uid, unschedulable }: ClusterNode): readonly JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'test', path: '/spec/unschedulable', value: unschedulable ? true : null },
    isEntry('/metadata/labels', labels, EXCLUDE_FROM_LOAD_BALANCERS),
    isEntry('/metadata/annotations', annotations, CORDON_ANNOTATION),
  ];
}

/** The server's patch finds no entry in a map that is absent: then the map itself is tested. */
function isEntry(path: string, map: Readonly<Record<string, string>>, key: string): JsonPatchOperation {
  if (Object.keys(map).length === 0) return { op: 'test', path, value: null };
  return { op: 'test', path: `${path}/${escapePointer(key)}`, value: map[key] ?? null };
}

/** Others' taints are not rewritten, so that nothing of theirs can get lost on the way. */
function setTaint(node: ClusterNode, taint: Taint): readonly JsonPatchOperation[] {
  const index = indexOfOurTaint(node);
  if (index === -1 && node.taints.length === 0) return addFirstTaint(taint);
  if (index === -1) return [{ op: 'add', path: '/spec/taints/-', value: taint }];
  const same = node.taints[index]?.value === taint.value;
  if (same) return [];
  return [...isOurTaint(index), { op: 'replace', path: `/spec/taints/${index}`, value: taint }];
}

/** `spec.taints` is an atomic list, so ours is found by its place: another writer may have moved it. */
function isOurTaint(index: number): readonly JsonPatchOperation[] {
  return [
    { op: 'test', path: `/spec/taints/${index}/key`, value: TAINT_KEY },
    { op: 'test', path: `/spec/taints/${index}/effect`, value: 'NoSchedule' },
  ];
}

/** The test keeps a first taint of another writer from being overwritten. */
function addFirstTaint(taint: Taint): readonly JsonPatchOperation[] {
  return [
    { op: 'test', path: '/spec/taints', value: null },
    { op: 'add', path: '/spec/taints', value: [taint] },
  ];
}

function indexOfOurTaint({ taints }: ClusterNode): number {
  return taints.findIndex(({ key, effect }) => key === TAINT_KEY && effect === 'NoSchedule');
}

function addLabel({ labels }: ClusterNode): JsonPatchOperation {
  if (Object.keys(labels).length > 0) return { op: 'add', path: LABEL_PATH, value: 'true' };
  return { op: 'add', path: '/metadata/labels', value: { [EXCLUDE_FROM_LOAD_BALANCERS]: 'true' } };
}

/** A later incident takes the record over, with what the first one found: that is what the undo goes back to. */
function setRecord(node: ClusterNode, cause: CordonCause): JsonPatchOperation[] {
  const earlier = readCordonRecord(node);
  const found = earlier ?? {
    ...(node.unschedulable && { wasUnschedulable: true }),
    ...(EXCLUDE_FROM_LOAD_BALANCERS in node.labels && { wasExcluded: true }),
  };
  const { wasUnschedulable, wasExcluded } = found;
  const text = JSON.stringify({ ...newRecord(cause), wasUnschedulable, wasExcluded });
  if (node.annotations[CORDON_ANNOTATION] === text) return [];
  if (Object.keys(node.annotations).length > 0) return [{ op: 'add', path: ANNOTATION_PATH, value: text }];
  return [{ op: 'add', path: '/metadata/annotations', value: { [CORDON_ANNOTATION]: text } }];
}

function newRecord({ incidentId, deadline }: CordonCause): CordonRecord {
  return { incident: incidentId, ...(deadline && { deadline: deadline.toISOString() }) };
}
