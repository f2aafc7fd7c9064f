import { backoffMs } from '../backoff.ts';
import type { Clock } from '../clock.ts';
import { ClusterError } from '../errors.ts';
import { type Looks, openLooks } from './looks.ts';
import type { Pod, PodList } from './objects.ts';
import type { PodEvent } from './port.ts';

export interface PodSightings {
  /** A pod of the source, new or changed. */
  readonly seen: (pod: Pod) => void;
  readonly gone: (uid: string) => void;
  /** All pods of the source, after a gap in the watch: whoever is missing is gone. */
  readonly listed: (pods: readonly Pod[]) => void;
}

/** A set of pods that can be listed and watched, e.g. those of a node. */
export interface PodSource {
  readonly list: (signal: AbortSignal) => Promise<PodList>;
  readonly watch: (resourceVersion: string, signal: AbortSignal) => AsyncIterable<PodEvent>;
}

interface FollowOptions {
  readonly clock: Clock;
  /** In [0, 1), for jitter. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly onLost: (reason: string) => void;
  /**
   * Why a watch that was last heard then is not to be trusted any more; asked once a second. A connection can be
   * dead without a word, and the server's own sign of life comes only once a minute.
   */
  readonly doubt: (heardAt: Date) => string | undefined;
}

export interface PodFollower {
  /**
   * Follows from a list's version until the signal aborts: one WATCH, and after each loss (a dropped connection, an
   * expired version, a doubt) a LIST and a WATCH from there. Throws `ClusterError` when access is refused.
   */
  follow(resourceVersion: string, sightings: PodSightings): Promise<void>;
  /** Resolves when a list that was asked for after `moment` has been shown; rejects with the signal's reason. */
  lookSince(moment: Date, why: string, signal: AbortSignal): Promise<void>;
}

export function openPodFollower(source: PodSource, options: FollowOptions): PodFollower {
  const looks = openLooks(options.clock);
  return {
    lookSince: looks.since,
    follow: async (resourceVersion, sightings) => {
      const heard = { at: options.clock.now() };
      const hearing = hearWith(sightings, () => {
        heard.at = options.clock.now();
      });
      try {
        await Promise.race([
          keepFollowing(source, resourceVersion, hearing, looks, options),
          keepDoubting(heard, looks, options),
        ]);
      } catch (error) {
        if (!options.signal.aborted) throw error;
      }
    },
  };
}

function hearWith({ gone, listed, seen }: PodSightings, hear: () => void): PodSightings {
  return {
    gone: (uid) => {
      hear();
      gone(uid);
    },
    listed: (pods) => {
      hear();
      listed(pods);
    },
    seen: (pod) => {
      hear();
      seen(pod);
    },
  };
}

/** A stream that held this long was healthy: the next loss starts a new row of waits. */
const HEALTHY_MS = 10_000;

async function keepFollowing(
  source: PodSource,
  resourceVersion: string,
  sightings: PodSightings,
  looks: Looks,
  options: FollowOptions,
): Promise<void> {
  const { clock, onLost, random, signal } = options;
  let version = resourceVersion;
  for (let losses = 0; ; losses += 1) {
    const openedAt = clock.now().getTime();
    const reason = await watchUntilLost(
      source,
      version,
      sightings,
      AbortSignal.any([signal, looks.wanted()]),
    );
    if (signal.aborted) return;
    onLost(looks.why() ?? reason);
    if (clock.now().getTime() - openedAt > HEALTHY_MS || looks.why()) losses = 0;
    if (losses > 0) await clock.sleep(backoffMs(losses, random), signal);
    const look = looks.begin();
    const list = await listAgain(source, options);
    sightings.listed(list.pods);
    look.shown();
    version = list.resourceVersion;
  }
}

async function watchUntilLost(
  { watch }: PodSource,
  version: string,
  { gone, seen }: PodSightings,
  signal: AbortSignal,
): Promise<string> {
  if (signal.aborted) return 'another look was wanted';
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
      return await list(signal);
    } catch (error) {
      if (!(error instanceof ClusterError && error.fault === 'unreachable')) throw error;
      await clock.sleep(backoffMs(attempt, random), signal);
    }
  }
}

const DOUBT_EVERY_MS = 1_000;

async function keepDoubting(
  heard: { readonly at: Date },
  looks: Looks,
  { clock, doubt, signal }: FollowOptions,
): Promise<void> {
  for (;;) {
    await clock.sleep(DOUBT_EVERY_MS, signal);
    const why = doubt(heard.at);
    if (why !== undefined) await looks.since(clock.now(), why, signal);
  }
}
