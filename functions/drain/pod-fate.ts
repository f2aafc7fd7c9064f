import type { DrainRun } from './drain-run.ts';
import type { PodRecord } from './pod-record.ts';

/** The server took our eviction or deletion. */
export function noteAccepted({ clock, tell }: DrainRun, record: PodRecord, detail?: string): void {
  record.acceptedAt ??= clock.now();
  record.handled.abort();
  tell('accepted', record.decision.pod, detail);
}

/** The pod is stopping, by our eviction or by another's; the watch often says so before our answer arrives. */
export function noteTerminating(run: DrainRun, record: PodRecord): void {
  record.handled.abort();
  claimLostAnswer(run, record);
}

/** An answer that says neither yes nor no. If the pod is stopping, the lost answer was a yes. */
export function noteUncertain(run: DrainRun, record: PodRecord): void {
  record.uncertain = true;
  if (record.handled.signal.aborted) claimLostAnswer(run, record);
}

/** Idempotent: the watch, a list and an eviction's 404 may all say so. */
export function noteGone({ clock, tell }: DrainRun, record: PodRecord): void {
  if (record.goneAt) return;
  record.goneAt = clock.now();
  record.handled.abort();
  tell('gone', record.decision.pod);
}

function claimLostAnswer(run: DrainRun, record: PodRecord): void {
  if (record.uncertain && !record.acceptedAt)
    noteAccepted(run, record, 'the answer was lost, the watch shows it');
}
