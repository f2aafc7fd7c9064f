import { escapePointer } from '../cluster/json-pointer.ts';
import type { ClusterNode, JsonPatchOperation, Taint } from '../cluster/port.ts';
import type { InterruptionKind } from '../signals/interruption.ts';
import {
  CORDON_ANNOTATION,
  type CordonRecord,
  EXCLUDE_FROM_LOAD_BALANCERS,
  readCordonRecord,
} from './cordon-record.ts';
import { TAINT_KEY } from './taint.ts';

interface CordonCause {
  readonly reason: InterruptionKind;
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
    ...(taints === 'none' ? [{ op: 'test', path: '/spec/taints', value: null } as const] : []),
    taints === 'none' ? addFirstTaint(taint) : { op: 'add', path: '/spec/taints/-', value: taint },
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
  return changes.length === 0 ? [] : [unchangedSince(node), ...changes];
}

/** Takes back what the record says was ours; empty when nothing is. */
export function buildUncordon(node: ClusterNode): readonly JsonPatchOperation[] {
  const record = readCordonRecord(node);
  const taint = indexOfOurTaint(node);
  const removals = [
    ...(taint === -1 ? [] : [`/spec/taints/${taint}`]),
    ...(record && !record.wasUnschedulable && node.unschedulable ? ['/spec/unschedulable'] : []),
    ...(record && !record.wasExcluded && EXCLUDE_FROM_LOAD_BALANCERS in node.labels ? [LABEL_PATH] : []),
    ...(CORDON_ANNOTATION in node.annotations ? [ANNOTATION_PATH] : []),
  ];
  if (removals.length === 0) return [];
  return [unchangedSince(node), ...removals.map((path) => ({ op: 'remove', path }) as const)];
}

const LABEL_PATH = `/metadata/labels/${escapePointer(EXCLUDE_FROM_LOAD_BALANCERS)}`;
const ANNOTATION_PATH = `/metadata/annotations/${escapePointer(CORDON_ANNOTATION)}`;

function ourTaint({ reason }: CordonCause): Taint {
  return { key: TAINT_KEY, value: reason, effect: 'NoSchedule' };
}

/** `spec.taints` is an atomic list: changes by index are safe only on the very version that was read. */
function unchangedSince({ resourceVersion }: ClusterNode): JsonPatchOperation {
  return { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion };
}

/** Others' taints are not rewritten, so that nothing of theirs can get lost on the way. */
function setTaint(node: ClusterNode, taint: Taint): JsonPatchOperation[] {
  const index = indexOfOurTaint(node);
  if (index === -1) {
    return [
      node.taints.length === 0 ? addFirstTaint(taint) : { op: 'add', path: '/spec/taints/-', value: taint },
    ];
  }
  const same = node.taints[index]?.value === taint.value;
  return same ? [] : [{ op: 'replace', path: `/spec/taints/${index}`, value: taint }];
}

function addFirstTaint(taint: Taint): JsonPatchOperation {
  return { op: 'add', path: '/spec/taints', value: [taint] };
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
