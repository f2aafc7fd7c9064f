import type { Clock } from '../clock.ts';
import type { ObjectEvent } from '../cluster/objects.ts';
import type { ClusterPort, EventAnswer } from '../cluster/port.ts';
import type { Log } from '../log.ts';

/** Writes Kubernetes Events beside the drains. What a server does not take at once is dropped: people are told elsewhere too. */
export interface Recorder {
  /** Resolves when the Event is written or given up. Never rejects. */
  record(clusterName: string, event: ObjectEvent): Promise<void>;
}

/** Where no Events are wanted. */
export const silentRecorder: Recorder = { record: async () => undefined };

export interface RecorderDeps {
  readonly connect: (clusterName: string) => Promise<ClusterPort>;
  readonly clock: Clock;
  readonly log: Log;
}

/** At once in a cluster: few beside the evictions, which may be a hundred. */
const WIDTH = 4;
/** A server that refuses one or cannot answer is left alone for so long. */
const SILENCE_MS = 30_000;

/** One queue a cluster, for all drains of this process. */
export function openRecorder(deps: RecorderDeps): Recorder {
  const lanes = new Map<string, Lane>();
  return {
    record: (clusterName, event) => {
      const lane = lanes.get(clusterName) ?? openLane(deps, clusterName);
      lanes.set(clusterName, lane);
      return lane(event);
    },
  };
}

type Lane = (event: ObjectEvent) => Promise<void>;

/** First come, first written. */
function openLane(deps: RecorderDeps, clusterName: string): Lane {
  const waiting: { readonly event: ObjectEvent; readonly done: () => void }[] = [];
  let writers = 0;
  let silentUntil = 0;
  return (event) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push({ event, done: resolve });
    if (writers < WIDTH) void write();
    return promise;
  };

  async function write(): Promise<void> {
    writers += 1;
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      if (deps.clock.now().getTime() >= silentUntil) await send(next.event);
      next.done();
    }
    writers -= 1;
  }

  async function send(event: ObjectEvent): Promise<void> {
    const answer = await attempt(deps, clusterName, event);
    if (answer.type === 'recorded') return;
    const { reason } = answer;
    if (answer.type === 'refused')
      return deps.log.info('Kubernetes Event refused', { event: event.name, reason });
    const now = deps.clock.now().getTime();
    if (now >= silentUntil)
      deps.log.warn('Kubernetes Events are left out for a while', { cluster: clusterName, reason });
    silentUntil = now + SILENCE_MS;
  }
}

async function attempt(
  { connect }: RecorderDeps,
  clusterName: string,
  event: ObjectEvent,
): Promise<EventAnswer> {
  try {
    return await (await connect(clusterName)).recordEvent(event);
  } catch (error) {
    return { type: 'overloaded', reason: error instanceof Error ? error.message : String(error) };
  }
}
