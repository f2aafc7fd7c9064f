import { asNotReady } from './deletion.ts';
import { formatTime, isReady, type PodObject, withCondition } from './objects.ts';
import { keyOf } from './store.ts';
import type { World } from './world.ts';

const STOPS_AFTER = 'simulator/stops-after-seconds';
const READY_AFTER = 'simulator/ready-after-seconds';
const DEFAULT_STOPS_AFTER_SECONDS = 5;
const DEFAULT_READY_AFTER_SECONDS = 10;

interface Stopping {
  readonly stopsAt: number;
  readonly endsAt: number;
  readonly cancel: AbortController;
}

/**
 * Starts and stops pods by the cluster's clock. A terminating pod goes after its own stop time or its grace,
 * whichever is shorter; a shortened grace counts from when it was shortened.
 */
export function runKubelet(world: World): void {
  const stopping = new Map<string, Stopping>();
  const starting = new Set<string>();
  world.pods.subscribe(({ after }) => {
    // A listener runs after the write it hears of: act on the pod as it is now.
    const pod = after === undefined ? undefined : world.pods.get(keyOf(after.metadata));
    if (pod === undefined || pod.metadata.uid !== after?.metadata.uid) return;
    if (pod.spec.nodeName === undefined) return;
    if (pod.metadata.deletionTimestamp !== undefined) stopPod(world, stopping, pod);
    else if (pod.status.phase === 'Pending' && !starting.has(pod.metadata.uid)) {
      starting.add(pod.metadata.uid);
      const seconds = readSeconds(pod, READY_AFTER, DEFAULT_READY_AFTER_SECONDS);
      world.after(seconds * 1000, () => startPod(world, pod));
    }
  });
}

function stopPod(world: World, stopping: Map<string, Stopping>, pod: PodObject): void {
  const { uid, deletionGracePeriodSeconds = 0 } = pod.metadata;
  const now = world.clock.now().getTime();
  const known = stopping.get(uid);
  const stopsAt = known?.stopsAt ?? now + readSeconds(pod, STOPS_AFTER, DEFAULT_STOPS_AFTER_SECONDS) * 1000;
  const endsAt = Math.min(known?.endsAt ?? Infinity, stopsAt, now + deletionGracePeriodSeconds * 1000);
  if (known === undefined || endsAt < known.endsAt) {
    known?.cancel.abort();
    const cancel = new AbortController();
    stopping.set(uid, { stopsAt, endsAt, cancel });
    world.after(endsAt - now, () => removePod(world, stopping, pod), cancel.signal);
  }
  if (isReady(pod)) world.pods.put(asNotReady(world, pod));
}

function removePod(world: World, stopping: Map<string, Stopping>, pod: PodObject): void {
  stopping.delete(pod.metadata.uid);
  const key = keyOf(pod.metadata);
  if (world.pods.get(key)?.metadata.uid === pod.metadata.uid) world.pods.remove(key);
}

function startPod(world: World, { metadata }: PodObject): void {
  const pod = world.pods.get(keyOf(metadata));
  if (pod?.metadata.uid !== metadata.uid || pod.metadata.deletionTimestamp !== undefined) return;
  world.pods.put(asRunning(pod, formatTime(world.clock.now())));
}

/** The pod as its kubelet reports it when all containers run and are ready. */
export function asRunning(pod: PodObject, at: string): PodObject {
  const conditions = ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].reduce(
    (current, type) => withCondition(current, { type, status: 'True', lastTransitionTime: at }),
    pod.status.conditions,
  );
  return { ...pod, status: { ...pod.status, phase: 'Running', startTime: at, conditions } };
}

function readSeconds(pod: PodObject, annotation: string, otherwise: number): number {
  const seconds = Number.parseFloat(pod.metadata.annotations[annotation] ?? '');
  return Number.isNaN(seconds) ? otherwise : seconds;
}
