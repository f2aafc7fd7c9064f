import { secondsBetween } from '../clock.ts';
import { openPodFollower } from '../cluster/follow-pods.ts';
import type { Pod } from '../cluster/objects.ts';
import { canListen, type Running, type SaveDeps, type SaveRequest, writeRequest } from './ask.ts';
import type { Gang } from './gang.ts';
import type { Waiting } from './release.ts';
import { type FinalAck, readState, type SaveState } from './state.ts';
import { hurry, saveTimes } from './timeline.ts';

/** A save under way, as far as it can be seen from here. */
export interface Followed {
  /** `failure` is set when nothing can be seen any more. */
  look(): Waiting & { readonly failure?: string };
  /** Resolves at the next change of what `look` returns. */
  changed(): Promise<void>;
}

/** What the watch and the markers brought so far. */
interface Sightings {
  /** A pod that is gone stays: what it said was said. */
  readonly pods: Map<string, Pod>;
  marker?: FinalAck;
  markerProblem?: string;
  failure?: string;
}

/** Follows the gang's annotations by a watch, and its marker object by looking, until the request's signal aborts. */
export function followSave(
  deps: SaveDeps,
  request: SaveRequest,
  gang: Gang,
  asked: Running,
  seen: (state: Waiting['state']) => void,
): Followed {
  const sightings: Sightings = { pods: new Map(asked.list.pods.map((pod) => [pod.uid, pod])) };
  let change = Promise.withResolvers<void>();
  const look = () => lookAt(request, asked, sightings);
  const changed = () => {
    seen(look().state);
    change.resolve();
    change = Promise.withResolvers();
  };
  const fail = (error: unknown) => {
    if (request.signal.aborted) return;
    sightings.failure = error instanceof Error ? error.message : String(error);
    changed();
  };
  followGang(deps, request, gang, asked, sightings, changed).catch(fail);
  watchMarker(deps, request, asked, sightings, changed).catch(fail);
  return { look, changed: () => change.promise };
}

function lookAt(
  request: SaveRequest,
  asked: Running,
  { failure, marker, markerProblem, pods }: Sightings,
): Waiting & { readonly failure?: string } {
  const { options } = asked;
  const state = whatFollowed(asked, [...pods.values()]);
  const current = state.request ?? asked.request;
  const times = hurry(saveTimes(request, options, asked.request.requestedAt), current.deadline);
  const { acknowledging } = options;
  const silence = acknowledging.by === 'none' ? acknowledging.why : 'no marker was found';
  return {
    request: current,
    state: { ...state, ...(marker && { ack: marker }) },
    times,
    speaks: acknowledging.by === 'annotation',
    blindness: markerProblem ?? silence,
    ...(failure !== undefined && { failure }),
  };
}

/** Until the watch brings our own patches, the pods show what was there before: an older request, or a soft one's time. */
function whatFollowed({ request }: Running, pods: readonly Pod[]): SaveState {
  const shown = readState(pods);
  if (!shown.request || shown.request.requestedAt < request.requestedAt) return { started: new Set() };
  const isSoftOne = shown.request.id === request.id && shown.request.reason !== request.reason;
  return isSoftOne ? { ...shown, request: { ...shown.request, ...request } } : shown;
}

/** An acknowledgement that a dead watch swallowed would hold the gang's pods until their time is up. */
const SILENCE_SECONDS = 20;

/** A pod that joins the gang during the save is asked as well: all ranks must save. */
async function followGang(
  deps: SaveDeps,
  request: SaveRequest,
  gang: Gang,
  { list, request: wish }: Running,
  { pods }: Sightings,
  changed: () => void,
): Promise<void> {
  const { clock, cluster, random } = deps;
  const seen = (pod: Pod) => {
    if (!gang.includes(pod)) return;
    const joins = !pods.has(pod.uid) && canListen(pod) && !readState([...pods.values()]).ack;
    pods.set(pod.uid, pod);
    if (joins) void writeRequest(deps, request, wish, pod).catch(() => undefined);
    changed();
  };
  const source = {
    list: () => cluster.listPodsByLabel(gang),
    watch: (version: string, signal: AbortSignal) => cluster.watchPodsByLabel(gang, version, signal),
  };
  const follower = openPodFollower(source, {
    clock,
    random,
    signal: request.signal,
    onLost: () => undefined,
    doubt: (heardAt) =>
      secondsBetween(heardAt, clock.now()) > SILENCE_SECONDS ? 'nothing was heard of the gang' : undefined,
  });
  await follower.follow(list.resourceVersion, {
    seen,
    gone: () => undefined,
    listed: (all) => all.forEach(seen),
  });
}

const LOOK_FOR_MARKER_MS = 2_000;

async function watchMarker(
  { clock, markers }: SaveDeps,
  { signal }: SaveRequest,
  { options, request: { id } }: Running,
  sightings: Sightings,
  changed: () => void,
): Promise<void> {
  const { acknowledging } = options;
  if (acknowledging.by !== 'marker') return;
  for (;;) {
    const marker = await markers.read(acknowledging.place, id);
    signal.throwIfAborted();
    if (marker.type === 'found') {
      sightings.marker = marker.ack;
      return changed();
    }
    if (marker.type === 'unreadable') sightings.markerProblem = marker.reason;
    await clock.sleep(LOOK_FOR_MARKER_MS, signal);
  }
}
