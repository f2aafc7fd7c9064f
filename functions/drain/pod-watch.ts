import type { Pod } from '../cluster/port.ts';
import { backoffMs, type DrainRun, isUnreachable } from './drain-run.ts';

export interface PodSightings {
  /** A pod of the node, new or changed. */
  readonly seen: (pod: Pod) => void;
  readonly gone: (uid: string) => void;
  /** All pods of the node, after a gap in the watch: whoever is missing is gone. */
  readonly listed: (pods: readonly Pod[]) => void;
}

/** A stream that held this long was healthy: the next loss starts a new row of waits. */
const HEALTHY_MS = 10_000;

/**
 * Follows the node's pods from the plan's list until the run's signal aborts: one WATCH, and after each loss (a
 * dropped connection, an expired version) a LIST and a WATCH from there.
 */
export async function followPods(run: DrainRun, sightings: PodSightings): Promise<void> {
  let version = run.request.resourceVersion;
  for (let losses = 0; ; losses += 1) {
    const openedAt = run.clock.now().getTime();
    const reason = await watchUntilLost(run, version, sightings);
    if (run.signal.aborted) return;
    run.tell('watch-lost', undefined, reason);
    if (run.clock.now().getTime() - openedAt > HEALTHY_MS) losses = 0;
    if (losses > 0) await run.clock.sleep(backoffMs(losses, run.random), run.signal);
    const list = await listAgain(run);
    sightings.listed(list.pods);
    version = list.resourceVersion;
  }
}

async function watchUntilLost(
  { cluster, request, signal }: DrainRun,
  version: string,
  { gone, seen }: PodSightings,
): Promise<string> {
  for await (const event of cluster.watchPodsOnNode(request.nodeName, version, signal)) {
    if (event.type === 'lost') return event.reason;
    if (event.type === 'gone') gone(event.pod.uid);
    else seen(event.pod);
  }
  return 'the stream ended';
}

async function listAgain({ clock, cluster, random, request, signal }: DrainRun) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await cluster.listPodsOnNode(request.nodeName);
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      await clock.sleep(backoffMs(attempt, random), signal);
    }
  }
}
