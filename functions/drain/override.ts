import { backoffMs } from '../backoff.ts';
import { ClusterError } from '../errors.ts';
import { type DrainRun, isUnreachable } from './drain-run.ts';
import { lookBriefly, PATIENCE_MS } from './look.ts';
import { noteAccepted, noteGone, noteUncertain } from './pod-fate.ts';
import { needsNothing, type PodRecord, wantedGraceSeconds } from './pod-record.ts';

/**
 * Deletes a pod that could not be evicted, with what is left of its grace: the instance goes in any case, and a
 * pod that is told dies better than one that is not. For hard deadlines only. No bound on how many at once: a node
 * has few hundred pods at most, and there is no later.
 */
export async function overrideBudget(run: DrainRun, record: PodRecord): Promise<void> {
  const reason = whyOverridden(record);
  const deletion = { why: reason, overriding: true };
  run.tell('override', record.decision.pod, reason);
  await prepare(run, record, deletion);
  for (let attempt = 0; !needsNothing(record); attempt += 1) {
    await deleteOnce(run, record, deletion);
    if (needsNothing(record)) return;
    await run.clock.sleep(backoffMs(attempt, run.random), run.signal);
    await lookBriefly(run, record);
  }
}

/**
 * Deletes a pod that its budget has let go: the second half of an eviction whose request ended after the first. The
 * budget is charged for it already, so nothing is overridden, whatever the signal. One attempt: whether the charge still
 * stands is to be asked before another.
 */
export async function finishEviction(run: DrainRun, record: PodRecord): Promise<void> {
  const deletion = { why: 'its budget had let it go already', overriding: false };
  await prepare(run, record, deletion);
  if (!needsNothing(record)) await deleteOnce(run, record, deletion);
}

interface Deletion {
  readonly why: string;
  /** Whether a budget is in the way. */
  readonly overriding: boolean;
}

async function prepare(run: DrainRun, record: PodRecord, { why }: Deletion): Promise<void> {
  await Promise.all([markDisrupted(run, record, why), lookBriefly(run, record)]);
}

async function deleteOnce(run: DrainRun, record: PodRecord, deletion: Deletion): Promise<void> {
  const answer = await sendDelete(run, record);
  if (deletion.overriding && (answer.type === 'accepted' || answer.type === 'retry'))
    record.overridden = deletion.why;
  switch (answer.type) {
    case 'accepted':
      return noteAccepted(run, record, deletion.overriding ? 'deleted' : deletion.why);
    case 'gone':
      return noteGone(run, record);
    case 'refused':
      record.failure = answer.reason;
      return run.tell('refused', record.decision.pod, answer.reason);
    case 'blocked-by-budget':
      return;
    case 'retry':
      if (answer.mayHaveActed) noteUncertain(run, record);
  }
}

async function sendDelete(run: DrainRun, record: PodRecord) {
  const { clock, cluster, signal, times } = run;
  const { pod } = record.decision;
  const grace = times.graceFor(wantedGraceSeconds(record), clock.now());
  if (grace !== undefined) record.gracePeriodSeconds = grace;
  record.asking = true;
  const answered = new AbortController();
  const tooLong = limitWait(run, answered.signal);
  try {
    const either = AbortSignal.any([signal, tooLong]);
    const options = {
      dryRun: false,
      signal: either,
      ...(grace !== undefined && { gracePeriodSeconds: grace }),
    };
    return await cluster.deletePod(pod, options);
  } catch (error) {
    if (isUnreachable(error)) return { type: 'retry', reason: error.message, mayHaveActed: true } as const;
    throw error;
  } finally {
    answered.abort();
    record.asking = false;
  }
}

/** A deletion is answered fast. One that is not must leave time for others: most of the reserve is the pod's grace. */
const LONGEST_WAIT_MS = 4_000;
const SHORTEST_WAIT_MS = 1_000;

/** Aborts when a deletion has been waited for long enough, for what is left of the time. */
function limitWait({ clock, endsAt }: DrainRun, answered: AbortSignal): AbortSignal {
  const limit = new AbortController();
  const left = endsAt.getTime() - clock.now().getTime();
  const wait = Math.max(SHORTEST_WAIT_MS, Math.min(LONGEST_WAIT_MS, left / 4));
  clock.sleep(wait, answered).then(
    () => limit.abort(),
    () => undefined,
  );
  return limit.signal;
}

/** Best effort: Jobs with a pod failure policy read the condition, the pod's grace matters more. */
async function markDisrupted(run: DrainRun, record: PodRecord, reason: string): Promise<void> {
  const { clock, cluster, signal, tell } = run;
  const { pod } = record.decision;
  const done = new AbortController();
  const either = AbortSignal.any([signal, done.signal]);
  const tooSlow = clock.sleep(PATIENCE_MS, either).catch(() => undefined);
  try {
    const options = { dryRun: false, signal: either };
    const marked = cluster.markDisrupted(pod, 'DeletionBySpotResponder', reason, options);
    const answer = await Promise.race([marked, tooSlow]);
    if (answer === 'gone') noteGone(run, record);
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    tell('retrying', pod, error.message);
  } finally {
    done.abort();
  }
}

function whyOverridden({ obstacle }: PodRecord): string {
  if (!obstacle) return 'its eviction was not answered in time';
  if (obstacle.budgets.length === 0) return obstacle.reason;
  const names = obstacle.budgets.join(', ');
  return `blocked by budget ${names} until the last safe moment`;
}
