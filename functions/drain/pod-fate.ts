import type { DrainRun } from './drain-run.ts';
import type { PodRecord } from './pod-record.ts';

/** The server took our eviction or deletion. */
export function noteAccepted({ clock, tell }: DrainRun, record: PodRecord, detail?: string): void {
  if (record.acceptedAt) return;
  record.acceptedAt = record.stoppingAt ?? clock.now();
  record.handled.abort();
  tell('accepted', record.decision.pod, detail);
}

/** The pod is stopping, by our eviction or by another's; the watch often says so before our answer arrives. */
export function noteTerminating(run: DrainRun, record: PodRecord): void {
  record.stoppingAt ??= run.clock.now();
  record.handled.abort();
  if (record.uncertainSince) claimLostAnswer(run, record);
}

/** An answer that says neither yes nor no. If the pod is stopping, the lost answer was a yes. */
export function noteUncertain(run: DrainRun, record: PodRecord): void {
  record.uncertainSince = run.clock.now();
  if (record.stoppingAt) claimLostAnswer(run, record);
}

/** Idempotent: the watch, a list and an eviction's 404 may all say so. */
export function noteGone(run: DrainRun, record: PodRecord): void {
  if (record.goneAt) return;
  // Its answer is still on its way, or never will be: what we asked for has happened.
  if (record.asking || record.uncertainSince) claimLostAnswer(run, record);
  record.goneAt = run.clock.now();
  record.handled.abort();
  run.tell('gone', record.decision.pod);
}

function claimLostAnswer(run: DrainRun, record: PodRecord): void {
  noteAccepted(run, record, 'shown by the watch, not by an answer');
}
