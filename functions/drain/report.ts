import type { DrainRun } from './drain-run.ts';
import type { DrainEnd, DrainReport, PodOutcome } from './outcome.ts';
import { isOpen, type PodRecord, reportPod } from './pod-record.ts';

/** Names every pod and what became of it. */
export function reportDrain(run: DrainRun): DrainReport {
  const records = [...run.records.values()];
  const pods = records.map((record) => reportPod(record, whyUnreached(run)));
  const end = endOf(
    run,
    records,
    pods.map(({ outcome }) => outcome),
  );
  const accepted = instants(records.map(({ acceptedAt }) => acceptedAt));
  const first = accepted.at(0);
  const last = accepted.at(-1);
  const emptiedAt = instants(records.map(({ goneAt }) => goneAt)).at(-1);
  return {
    end,
    pods,
    ...(first && { firstEvictionAt: first }),
    ...(last && { lastEvictionAt: last }),
    ...(end === 'emptied' && { emptiedAt: emptiedAt ?? run.clock.now() }),
  };
}

function endOf(
  { request }: DrainRun,
  records: readonly PodRecord[],
  outcomes: readonly PodOutcome[],
): DrainEnd {
  if (request.signal.aborted && records.some(isOpen)) return 'interrupted';
  if (request.dryRun) return 'planned';
  if (outcomes.some(({ result }) => result === 'blocked' || result === 'failed')) return 'blocked';
  return records.some(isOpen) ? 'still-terminating' : 'emptied';
}

function whyUnreached({ clock, endsAt, request }: DrainRun): string {
  if (request.signal.aborted) return 'the drain was interrupted before its eviction was answered';
  return clock.now() < endsAt
    ? 'its eviction was not answered'
    : 'the time was up before its eviction was answered';
}

function instants(dates: readonly (Date | undefined)[]): Date[] {
  return dates.filter((date) => date !== undefined).sort((one, other) => one.getTime() - other.getTime());
}
