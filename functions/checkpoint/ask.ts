import type { Clock } from '../clock.ts';
import type { Pod, PodList } from '../cluster/objects.ts';
import type { ClusterPort } from '../cluster/port.ts';
import type { InterruptionKind, Severity } from '../signals/interruption.ts';
import { type AskDecision, decideAsk, type Wish } from './decide.ts';
import type { Gang } from './gang.ts';
import { REQUEST_ANNOTATION } from './labels.ts';
import type { Markers } from './markers.ts';
import { type CheckpointOptions, readOptions } from './opt-in.ts';
import { readState, type SaveState } from './state.ts';
import { type SaveOccasion, saveTimes } from './timeline.ts';
import { encodeRequest, parseRequest, reasonOf } from './wire.ts';

export interface SaveDeps {
  readonly cluster: ClusterPort;
  readonly clock: Clock;
  /** In [0, 1), for jitter. */
  readonly random: () => number;
  readonly markers: Markers;
}

/** What is the same for all gangs of one interruption. */
export interface SaveRequest extends SaveOccasion {
  /** Becomes the request's id, so that a duplicate or a later run of the same incident asks for the same save. */
  readonly incidentId: string;
  readonly kind: InterruptionKind;
  readonly severity: Severity;
  readonly nodeName: string;
  /** A soft notice leaves a gang alone that was asked less than this ago. */
  readonly quietMs: number;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

/** What was decided, on which list of the gang's pods: a watch goes on from there. */
export type Asked =
  | (AskDecision & { readonly list: PodList; readonly options: CheckpointOptions })
  /** Other runs were faster, every time. */
  | { readonly type: 'outrun' };

/** A save that is under way now. */
export type Running = Extract<Asked, { type: 'ask' | 'join' }>;

/** Each lost race means that another run asked or changed the deadline; more than a few in a row are a fault. */
const MOST_RACES = 8;

/**
 * Asks a gang to save, once whoever else asks: lists it, decides, and writes one annotation on each of its pods that
 * can still read it. Throws `ClusterError` when the cluster cannot be used.
 */
export async function askGang(deps: SaveDeps, request: SaveRequest, gang: Gang): Promise<Asked> {
  const { clock, cluster } = deps;
  const startedAt = clock.now();
  for (let race = 0; race < MOST_RACES; race += 1) {
    const { pods, resourceVersion } = await cluster.listPodsByLabel(gang);
    const list = { pods: pods.filter(gang.includes), resourceVersion };
    const options = readOptions(list.pods, deps.markers.problemWith);
    const state = await withMarker(deps, options, readState(list.pods));
    const wish = toWish(request, options, startedAt);
    const decision = decideAsk(state, wish, { ...request, now: clock.now() });
    const writes = decision.type === 'ask' || decision.type === 'join';
    if (!writes || (await writeToAll(deps, request, decision.request, list.pods, decision.type === 'ask')))
      return { ...decision, list, options };
  }
  return { type: 'outrun' };
}

function toWish(request: SaveRequest, options: CheckpointOptions, now: Date): Wish {
  const { deadline } = saveTimes(request, options, now);
  return { id: request.incidentId, reason: reasonOf(request.kind), deadline, requestedAt: now };
}

/** An earlier request's answer may be an object instead of an annotation. */
async function withMarker(
  { markers }: SaveDeps,
  { acknowledging }: CheckpointOptions,
  state: SaveState,
): Promise<SaveState> {
  if (acknowledging.by !== 'marker' || !state.request || state.ack) return state;
  const marker = await markers.read(acknowledging.place, state.request.id);
  return marker.type === 'found' ? { ...state, ack: marker.ack } : state;
}

/** Few enough that evictions of the same connection need not wait. */
const AT_ONCE = 50;

/**
 * False when another run was faster. A new id is written to one pod first, the same for every run: who loses there
 * finds the winner's request in the next list, and no gang gets two.
 */
async function writeToAll(
  deps: SaveDeps,
  request: SaveRequest,
  wish: Wish,
  pods: readonly Pod[],
  isNew: boolean,
): Promise<boolean> {
  const listening = pods.filter(canListen).toSorted((one, other) => (one.uid < other.uid ? -1 : 1));
  const write = (pod: Pod) => writeRequest(deps, request, wish, pod);
  const [first] = listening;
  if (isNew && first && (await write(first)) !== 'patched') return false;
  const others = isNew ? listening.slice(1) : listening;
  for (let at = 0; at < others.length; at += AT_ONCE) {
    const answers = await Promise.all(others.slice(at, at + AT_ONCE).map(write));
    if (answers.includes('conflict')) return false;
  }
  return true;
}

/** The kubelet refreshes no files of a pod that is stopping. */
export function canListen({ deletionTimestamp, phase }: Pod): boolean {
  return !deletionTimestamp && phase !== 'Succeeded' && phase !== 'Failed';
}

/** Writes what the pod does not yet carry; a joined request keeps what other nodes' runs wrote about doom. */
export async function writeRequest(
  { cluster }: SaveDeps,
  { dryRun, nodeName, severity, signal }: SaveRequest,
  wish: Wish,
  pod: Pod,
): Promise<'patched' | 'conflict' | 'gone'> {
  const known = pod.annotations[REQUEST_ANNOTATION];
  const earlier = parseRequest(known);
  const wasDoomed = earlier?.id === wish.id && earlier.onDoomedNode;
  const onDoomedNode = wasDoomed || (severity === 'hard' && pod.nodeName === nodeName);
  const text = encodeRequest({ ...wish, onDoomedNode });
  if (text === known) return 'patched';
  return cluster.annotatePod(pod, REQUEST_ANNOTATION, text, { dryRun, signal });
}
