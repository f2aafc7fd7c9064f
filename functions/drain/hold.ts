import type { DrainRun } from './drain-run.ts';
import { drainPod } from './pod-drain.ts';
import { needsNothing, type PodRecord } from './pod-record.ts';

/**
 * Keeps a training pod where it is until its gang has saved or its time is up, then drains it like any other. A pod
 * that goes by itself or by another's hand meanwhile needs nothing more.
 */
export async function drainOnceSaved(run: DrainRun, record: PodRecord): Promise<void> {
  const release = await Promise.race([
    run.request.holdForSave(record.decision.pod),
    aborted(record.handled.signal),
  ]);
  run.signal.throwIfAborted();
  if (release) record.release = release;
  if (!needsNothing(record)) await drainPod(run, record);
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
