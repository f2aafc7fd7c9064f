import type { EvictionAnswer } from '../cluster/port.ts';
import { awaitTurn, budgetsOf, type DrainRun } from './drain-run.ts';
import type { PodOutcome } from './outcome.ts';
import { noteGone } from './pod-fate.ts';
import { type PodRecord, wantedGraceSeconds } from './pod-record.ts';

/**
 * Asks the server once for every request to save and every eviction, with `dryRun=All`: authorised and held against
 * budgets, not stored.
 */
export async function rehearse(run: DrainRun): Promise<void> {
  await Promise.all([...run.records.values()].map((record) => rehearsePod(run, record)));
}

async function rehearsePod(run: DrainRun, record: PodRecord): Promise<void> {
  const { clock, cluster, request, signal, tell, times } = run;
  const { action, pod } = record.decision;
  if (action === 'skip' || action === 'await') return;
  if (action === 'save-first') record.release = await request.holdForSave(pod);
  const leave = await awaitTurn(run, pod, signal);
  try {
    const grace = times.graceFor(wantedGraceSeconds(record), clock.now());
    if (grace !== undefined) record.gracePeriodSeconds = grace;
    tell('evict-sent', pod, 'dry run');
    const options = {
      dryRun: request.dryRun,
      signal,
      ...(grace !== undefined && { gracePeriodSeconds: grace }),
    };
    const answer = await cluster.evict(pod, options);
    signal.throwIfAborted();
    if (answer.type === 'gone') noteGone(run, record);
    else record.rehearsed = foresee(run, record, answer);
  } finally {
    leave();
  }
}

function foresee(
  run: DrainRun,
  record: PodRecord,
  answer: Exclude<EvictionAnswer, { type: 'gone' }>,
): PodOutcome {
  const named = budgetsOf(run, record.decision.pod);
  switch (answer.type) {
    case 'accepted':
      return { result: 'would-evict' };
    case 'blocked-by-budget': {
      const budgets = answer.budgets.length > 0 ? answer.budgets : named;
      return { result: 'would-be-blocked', reason: answer.message, budgets };
    }
    case 'refused':
      return { result: 'would-be-blocked', reason: answer.reason, budgets: named };
    case 'retry':
      return { result: 'failed', reason: answer.reason };
  }
}
