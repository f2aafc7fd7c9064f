import { followPods, type PodSightings } from '../cluster/follow-pods.ts';
import type { Pod, PodRef } from '../cluster/port.ts';
import { timeline } from './deadline.ts';
import type { DrainDeps, DrainRequest, DrainRun } from './drain-run.ts';
import type { DrainReport } from './outcome.ts';
import { decidePod } from './plan.ts';
import { noteGone, noteTerminating } from './pod-fate.ts';
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
  return {
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
  const launch = openWaves(run, (work) => void work.then(check, finished.reject));
  followNode(run, recordSightings(run, launch, check)).catch(finished.reject);
  launch([...records.values()]);
  await Promise.race([finished.promise, clock.sleep(endsAt.getTime() - clock.now().getTime(), signal)]);
}

function followNode(run: DrainRun, sightings: PodSightings): Promise<void> {
  const { clock, cluster, random, request, signal, tell } = run;
  const source = {
    list: () => cluster.listPodsOnNode(request.nodeName),
    watch: (version: string, until: AbortSignal) => cluster.watchPodsOnNode(request.nodeName, version, until),
  };
  const onLost = (reason: string) => tell('watch-lost', undefined, reason);
  return followPods(source, request.resourceVersion, sightings, { clock, random, signal, onLost });
}

/** Writes down what the watch sees. A pod bound to the node after the list is decided and drained like the others. */
function recordSightings(
  run: DrainRun,
  launch: (records: readonly PodRecord[]) => void,
  check: () => void,
): PodSightings {
  const { records, request, tell } = run;
  const gone = (record: PodRecord | undefined) => {
    if (!record || !isOpen(record)) return;
    noteGone(run, record);
    check();
  };
  const seen = (pod: Pod) => {
    const record = records.get(pod.uid);
    if (!record) return meet(pod);
    if (!isOpen(record)) return;
    if (pod.deletionTimestamp) noteTerminating(run, record);
    else if (hasFinished(pod)) gone(record);
  };
  const meet = (pod: Pod) => {
    const record = openRecord(decidePod(pod, request.plan.context));
    records.set(pod.uid, record);
    if (record.decision.action === 'skip') return;
    tell('found', pod);
    launch([record]);
  };
  return {
    seen,
    gone: (uid) => gone(records.get(uid)),
    listed: (pods) => {
      const present = new Set(pods.map(({ uid }) => uid));
      for (const record of records.values()) if (!present.has(record.decision.pod.uid)) gone(record);
      pods.forEach(seen);
    },
  };
}

/** Ran to its end while it waited for its eviction: nothing is left to move. */
function hasFinished({ phase }: Pod): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}
