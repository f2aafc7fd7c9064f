import type { DrainRun } from './drain-run.ts';
import type { PodRecord } from './pod-record.ts';

/** A second request for a pod that is stopping could only do harm, so an open question is answered first. */
export async function lookBeforeAgain(run: DrainRun, record: PodRecord, signal: AbortSignal): Promise<void> {
  if (record.uncertainSince) await run.node.lookSince(record.uncertainSince, 'an answer was lost', signal);
}

/** How long what is only good to have may hold up the deletion. */
export const PATIENCE_MS = 2_000;

/** The pod may be stopping already. If that cannot be learnt soon, a second deletion is the lesser evil. */
export async function lookBriefly(run: DrainRun, record: PodRecord): Promise<void> {
  const enough = new AbortController();
  const either = AbortSignal.any([run.signal, enough.signal]);
  run.clock.sleep(PATIENCE_MS, either).then(
    () => enough.abort(),
    () => undefined,
  );
  try {
    await lookBeforeAgain(run, record, either);
  } catch (error) {
    if (run.signal.aborted || !enough.signal.aborted) throw error;
  } finally {
    enough.abort();
  }
}
