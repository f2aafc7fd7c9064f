import type { PodRef } from '../cluster/objects.ts';
import { timeline } from './deadline.ts';
import type { DrainDeps, DrainRequest, DrainRun } from './drain-run.ts';
import { drainLatePod, openNodeFollower, recordSightings } from './node-watch.ts';
import type { DrainReport } from './outcome.ts';
import { isOpen, openRecord, type PodRecord } from './pod-record.ts';
import type { DrainProgress } from './progress.ts';
import { rehearse } from './rehearse.ts';
import { reportDrain } from './report.ts';
import { openWaves } from './waves.ts';

/**
 * Acts on a plan: all evictions leave at once, one watch tells what becomes of them. Ends when no pod to evict is
 * left, at the deadline, at `giveUpAt`, or when `request.signal` aborts; the report names every pod. A dry run sends
 * the same evictions with the server's `dryRun=All`. `observe` must not throw.
 *
 * Throws a `ClusterError` once, and stops, when access is refused: no other pod would fare better.
 */
export async function executePlan(
  deps: DrainDeps,
  request: DrainRequest,
  observe: (progress: DrainProgress) => void,
): Promise<DrainReport> {
  const stop = new AbortController();
  const run = openRun(deps, request, observe, AbortSignal.any([request.signal, stop.signal]));
  try {
    if (request.dryRun) await rehearse(run);
    else if (deps.clock.now() < run.endsAt) await drain(run);
  } catch (error) {
    if (!request.signal.aborted) throw error;
  } finally {
    stop.abort();
  }
  return reportDrain(run);
}

function openRun(
  deps: DrainDeps,
  request: DrainRequest,
  observe: (progress: DrainProgress) => void,
  signal: AbortSignal,
): DrainRun {
  const { deadline, giveUpAt, plan, severity } = request;
  const records = plan.decisions.map((decision) => [decision.pod.uid, openRecord(decision)] as const);
  const run: Omit<DrainRun, 'node'> = {
    ...deps,
    request,
    signal,
    times: timeline(deadline, severity),
    endsAt: deadline && deadline < giveUpAt ? deadline : giveUpAt,
    records: new Map(records),
    tell: (type, pod, detail, budgets) => {
      // What a request that was abandoned still answers is nobody's business any more.
      if (signal.aborted) return;
      observe({
        type,
        at: deps.clock.now(),
        ...(pod && { pod: refOf(pod) }),
        ...(detail && { detail }),
        ...(budgets && { budgets }),
      });
    },
  };
  return { ...run, node: openNodeFollower(run) };
}

function refOf({ namespace, name, uid }: PodRef): PodRef {
  return { namespace, name, uid };
}

/** Resolves when all is done or time is up. */
async function drain(run: DrainRun): Promise<void> {
  const { clock, endsAt, records, signal } = run;
  const finished = Promise.withResolvers<void>();
  const isDone = () => ![...records.values()].some(isOpen);
  if (isDone()) return;
  const check = () => {
    if (isDone()) finished.resolve();
  };
  const watchOver = (work: Promise<void>) => void work.then(check, finished.reject);
  const launch = openWaves(run, watchOver);
  const meet = (record: PodRecord) => watchOver(drainLatePod(run, record, launch));
  run.node.follow(run.request.resourceVersion, recordSightings(run, meet, check)).catch(finished.reject);
  launch([...records.values()]);
  await Promise.race([finished.promise, clock.sleep(endsAt.getTime() - clock.now().getTime(), signal)]);
}
