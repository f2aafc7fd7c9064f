import { backoffMs } from '../backoff.ts';
import type { EvictionAnswer } from '../cluster/port.ts';
import { awaitTurn, budgetsOf, type DrainRun, isUnreachable } from './drain-run.ts';
import { wasLetGo } from './let-go.ts';
import { lookBeforeAgain } from './look.ts';
import { finishEviction, overrideBudget } from './override.ts';
import { noteAccepted, noteGone, noteUncertain } from './pod-fate.ts';
import { needsNothing, type PodRecord, wantedGraceSeconds } from './pod-record.ts';

/**
 * Evicts one pod: again and again while a budget or the server is in the way, and past the budget at the last safe
 * moment before a hard deadline. Resolves when the pod needs nothing more from us; rejects when the drain ends
 * first, or with the `ClusterError` that an operator must mend.
 */
export async function drainPod(run: DrainRun, record: PodRecord): Promise<void> {
  const patience = startPatience(run, record);
  await keepEvicting(run, record, patience);
  if (patience && !needsNothing(record)) await overrideBudget(run, record);
}

/** Aborts at the pod's last safe moment; `undefined` when no override comes before the end of the drain. */
function startPatience(run: DrainRun, record: PodRecord): AbortSignal | undefined {
  const moment = lastSafeMoment(run, record);
  if (!moment) return undefined;
  const patience = new AbortController();
  const unneeded = AbortSignal.any([run.signal, record.handled.signal]);
  const expire = () => patience.abort();
  run.clock.sleep(moment.getTime() - run.clock.now().getTime(), unneeded).then(expire, () => undefined);
  return patience.signal;
}

/** However late we come, each pod is first asked to leave the orderly way. */
const FIRST_TRY_MS = 3_000;

function lastSafeMoment({ clock, endsAt, times }: DrainRun, record: PodRecord): Date | undefined {
  const safe = times.overrideAt(wantedGraceSeconds(record));
  if (!safe) return undefined;
  const planned = record.release?.overrideAt ?? safe;
  const now = clock.now().getTime();
  const tryUntil = now + Math.min(FIRST_TRY_MS, (endsAt.getTime() - now) / 2);
  const moment = Math.max(planned.getTime(), tryUntil);
  return moment < endsAt.getTime() ? new Date(moment) : undefined;
}

/** Resolves when the pod needs nothing more, or when patience is over. */
async function keepEvicting(
  run: DrainRun,
  record: PodRecord,
  patience: AbortSignal | undefined,
): Promise<void> {
  const over = patience ? AbortSignal.any([run.signal, patience]) : run.signal;
  // The watch often shows our eviction before its answer arrives, so it ends waits but not requests.
  const wait = AbortSignal.any([over, record.handled.signal]);
  try {
    for (let attempt = 0; !needsNothing(record); attempt += 1) {
      const answer = await attemptEviction(run, record, { wait, over });
      if (over.aborted && answer.type === 'retry') {
        // We hung up: that is no answer of the server's, and it may have acted.
        noteUncertain(run, record);
        over.throwIfAborted();
      }
      const pause = takeAnswer(run, record, answer, { attempt, overridable: patience !== undefined });
      if (needsNothing(record)) return;
      if (answer.type === 'blocked-by-budget' && (await wasLetGo(run, record, wait))) {
        await finishEviction(run, record);
        if (needsNothing(record)) return;
      }
      await run.clock.sleep(pause, wait);
      await lookBeforeAgain(run, record, wait);
    }
  } catch (error) {
    if (run.signal.aborted || !wait.aborted) throw error;
  }
}

async function attemptEviction(
  run: DrainRun,
  record: PodRecord,
  { wait, over }: { readonly wait: AbortSignal; readonly over: AbortSignal },
): Promise<EvictionAnswer> {
  const { pod } = record.decision;
  const leave = await awaitTurn(run, pod, wait);
  let answer: EvictionAnswer | undefined;
  try {
    answer = await sendEviction(run, record, over);
    return answer;
  } finally {
    // No answer, a conflict, too many requests: whatever it was, there is too much under way. Unless we hung up.
    leave(answer?.type === 'retry' && !over.aborted ? 'overloaded' : undefined);
  }
}

async function sendEviction(run: DrainRun, record: PodRecord, over: AbortSignal): Promise<EvictionAnswer> {
  const { pod } = record.decision;
  try {
    const grace = run.times.graceFor(wantedGraceSeconds(record), run.clock.now());
    if (grace !== undefined) record.gracePeriodSeconds = grace;
    if (!record.sent) run.tell('evict-sent', pod);
    record.sent = true;
    record.asking = true;
    const options = {
      dryRun: false,
      signal: over,
      ...(grace !== undefined && { gracePeriodSeconds: grace }),
    };
    return await run.cluster.evict(pod, options);
  } catch (error) {
    if (isUnreachable(error)) return { type: 'retry', reason: error.message, mayHaveActed: true };
    throw error;
  } finally {
    record.asking = false;
  }
}

interface Attempt {
  readonly attempt: number;
  /** Whether an override will follow. */
  readonly overridable: boolean;
}

/** Writes the answer down; returns how many milliseconds to wait before the next attempt, if the pod needs one. */
function takeAnswer(
  run: DrainRun,
  record: PodRecord,
  answer: EvictionAnswer,
  { attempt, overridable }: Attempt,
): number {
  switch (answer.type) {
    case 'accepted':
      noteAccepted(run, record);
      return 0;
    case 'gone':
      noteGone(run, record);
      return 0;
    case 'blocked-by-budget':
      noteBlocked(run, record, answer);
      return pauseForBudget(run);
    case 'retry':
      noteRetry(run, record, answer);
      return answer.afterSeconds === undefined
        ? backoffMs(attempt, run.random)
        : answer.afterSeconds * 1000 * (1 + run.random() / 4);
    case 'refused':
      noteRefused(run, record, answer.reason, overridable);
      return UNTIL_OVERRIDE_MS;
  }
}

/** The server gives no hint when a budget frees up: once in 1 to 2 s, so that pods of one budget spread out. */
function pauseForBudget({ random }: DrainRun): number {
  return 1_000 + random() * 1_000;
}

/** Longer than any drain; the pod's patience ends first. */
const UNTIL_OVERRIDE_MS = 60 * 60_000;

function noteBlocked(
  run: DrainRun,
  record: PodRecord,
  { budgets, message }: Extract<EvictionAnswer, { type: 'blocked-by-budget' }>,
): void {
  const { pod } = record.decision;
  const names = budgets.length > 0 ? budgets : budgetsOf(run, pod);
  const known = record.obstacle?.budgets.join() === names.join();
  record.obstacle = { reason: message, budgets: names };
  const detail = names.length > 0 ? `budget ${names.join(', ')}` : message;
  if (!known) run.tell('blocked', pod, detail, names);
}

function noteRetry(
  run: DrainRun,
  record: PodRecord,
  { mayHaveActed, reason }: Extract<EvictionAnswer, { type: 'retry' }>,
): void {
  if (!record.obstacle) run.tell('retrying', record.decision.pod, reason);
  record.obstacle ??= { reason, budgets: [] };
  if (mayHaveActed) noteUncertain(run, record);
}

function noteRefused(run: DrainRun, record: PodRecord, reason: string, overridable: boolean): void {
  const { pod } = record.decision;
  record.obstacle = { reason, budgets: budgetsOf(run, pod) };
  run.tell('refused', pod, reason);
  if (!overridable) record.failure = reason;
}
