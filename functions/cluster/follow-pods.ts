import { backoffMs } from '../backoff.ts';
import type { Clock } from '../clock.ts';
import { ClusterError } from '../errors.ts';
import type { Pod, PodEvent, PodList } from './port.ts';

export interface PodSightings {
  /** A pod of the source, new or changed. */
  readonly seen: (pod: Pod) => void;
  readonly gone: (uid: string) => void;
  /** All pods of the source, after a gap in the watch: whoever is missing is gone. */
  readonly listed: (pods: readonly Pod[]) => void;
}

/** A set of pods that can be listed and watched, e.g. those of a node. */
export interface PodSource {
  readonly list: () => Promise<PodList>;
  readonly watch: (resourceVersion: string, signal: AbortSignal) => AsyncIterable<PodEvent>;
}

interface FollowOptions {
  readonly clock: Clock;
  /** In [0, 1), for jitter. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly onLost: (reason: string) => void;
}

/** A stream that held this long was healthy: the next loss starts a new row of waits. */
const HEALTHY_MS = 10_000;

/**
 * Follows pods from a list's version until the signal aborts: one WATCH, and after each loss (a dropped connection,
 * an expired version) a LIST and a WATCH from there. Throws `ClusterError` when access is refused.
 */
export async function followPods(
  source: PodSource,
  resourceVersion: string,
  sightings: PodSightings,
  options: FollowOptions,
): Promise<void> {
  const { clock, onLost, random, signal } = options;
  let version = resourceVersion;
  for (let losses = 0; ; losses += 1) {
    const openedAt = clock.now().getTime();
    const reason = await watchUntilLost(source, version, sightings, signal);
    if (signal.aborted) return;
    onLost(reason);
    if (clock.now().getTime() - openedAt > HEALTHY_MS) losses = 0;
    if (losses > 0) await clock.sleep(backoffMs(losses, random), signal);
    const list = await listAgain(source, options);
    sightings.listed(list.pods);
    version = list.resourceVersion;
  }
}

async function watchUntilLost(
  { watch }: PodSource,
  version: string,
  { gone, seen }: PodSightings,
  signal: AbortSignal,
): Promise<string> {
  for await (const event of watch(version, signal)) {
    if (event.type === 'lost') return event.reason;
    if (event.type === 'gone') gone(event.pod.uid);
    else seen(event.pod);
  }
  return 'the stream ended';
}

async function listAgain({ list }: PodSource, { clock, random, signal }: FollowOptions): Promise<PodList> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await list();
    } catch (error) {
      if (!(error instanceof ClusterError && error.fault === 'unreachable')) throw error;
      await clock.sleep(backoffMs(attempt, random), signal);
    }
  }
}
