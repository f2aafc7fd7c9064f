import { createHash } from 'node:crypto';
import type { ObjectEvent, PodRef } from '../cluster/objects.ts';
import type { DrainProgress } from '../drain/progress.ts';
import type { Interruption } from '../signals/interruption.ts';
import type { InterruptionReport } from './report.ts';

/** What every Event of one incident's node is made with. */
export interface EventContext {
  readonly incidentId: string;
  readonly interruption: Interruption;
  readonly node: NodeRef;
}

export interface NodeRef {
  readonly name: string;
  readonly uid: string;
}

/** Reason, message and type; the object and the name follow from the rest. */
type Told = Pick<ObjectEvent, 'type' | 'reason' | 'message'>;

export function receivedEvent(context: EventContext, at: Date): ObjectEvent {
  const { severity } = context.interruption;
  const type = severity === 'hard' ? 'Warning' : 'Normal';
  return onNode(context, at, { type, reason: 'InterruptionReceived', message: whyItGoes(context) });
}

export function cordonedEvent(context: EventContext, at: Date): ObjectEvent {
  const message = `Takes no new pods: ${context.interruption.kind}`;
  return onNode(context, at, { type: 'Normal', reason: 'Cordoned', message });
}

export function uncordonedEvent(context: EventContext, at: Date): ObjectEvent {
  const message = `Takes new pods again: ${context.interruption.kind} was cancelled or is over`;
  return onNode(context, at, { type: 'Normal', reason: 'Uncordoned', message });
}

export function handledEvent(
  context: EventContext,
  { drain, finishedAt, outcome }: InterruptionReport,
): ObjectEvent {
  const results = (drain?.pods ?? []).map((pod) => pod.outcome.result);
  const counts = [...Map.groupBy(results, (result) => result)].map(
    ([result, all]) => `${all.length} ${result}`,
  );
  const reason = 'reason' in outcome ? `: ${outcome.reason}` : '';
  const pods = counts.length > 0 ? ` (pods: ${counts.join(', ')})` : '';
  return onNode(context, finishedAt, {
    type: isGood(outcome.type) ? 'Normal' : 'Warning',
    reason: 'InterruptionHandled',
    message: `${context.interruption.kind} ended as ${outcome.type}${reason}${pods}`,
  });
}

/** Of a pod; `undefined` for what people do not ask a pod about. */
export function podEvent(context: EventContext, progress: DrainProgress): ObjectEvent | undefined {
  const { at, pod } = progress;
  const told = pod && tellPod(context, progress);
  if (!told) return undefined;
  // Several budgets may be told of in turn; anything else happens to a pod once.
  const name = nameOf(context, pod, [told.reason, ...(progress.budgets ?? [])]);
  const { namespace, name: podName, uid } = pod;
  return { ...cut(told), name, at, about: { kind: 'Pod', namespace, name: podName, uid } };
}

function tellPod(context: EventContext, { detail = '', type }: DrainProgress): Told | undefined {
  const from = `node ${context.node.name}`;
  switch (type) {
    case 'accepted':
      return { type: 'Normal', reason: 'Evicted', message: `Evicted from ${from}: ${whyItGoes(context)}` };
    case 'blocked':
      return {
        type: 'Warning',
        reason: 'EvictionBlocked',
        message: `Not allowed to leave ${from} yet, by ${detail}`,
      };
    case 'refused':
      return {
        type: 'Warning',
        reason: 'EvictionRefused',
        message: `Its eviction from ${from} was refused: ${detail}`,
      };
    case 'override':
      return { type: 'Warning', reason: 'DeletedPastBudget', message: `Deleted from ${from}: ${detail}` };
    default:
      return undefined;
  }
}

function whyItGoes({ interruption: { action, deadline, kind } }: EventContext): string {
  return `${kind} (${action})${deadline ? `, gone by ${deadline.toISOString()}` : ''}`;
}

function isGood(outcome: InterruptionReport['outcome']['type']): boolean {
  return outcome === 'emptied' || outcome === 'cordoned' || outcome === 'uncordoned' || outcome === 'told';
}

function onNode(context: EventContext, at: Date, told: Told): ObjectEvent {
  const { node } = context;
  return { ...cut(told), name: nameOf(context, node, [told.reason]), at, about: { kind: 'Node', ...node } };
}

/** Events of the newer API take no longer message; a server may hold the old one to the same some day. */
const LONGEST_MESSAGE = 1024;

function cut(told: Told): Told {
  const { message } = told;
  const short = message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE - 1)}…` : message;
  return { ...told, message: short };
}

/** The longest name of any object is 253 characters. */
const LONGEST_OBJECT_NAME = 230;

/** The same in every run of the incident, so that what is told again is known already. */
function nameOf({ incidentId }: EventContext, object: NodeRef | PodRef, what: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify([incidentId, object.uid, ...what]));
  return `${object.name.slice(0, LONGEST_OBJECT_NAME)}.${hash.digest('hex').slice(0, 16)}`;
}
