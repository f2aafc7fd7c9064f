import { openPodFollower, type PodFollower, type PodSightings } from '../cluster/follow-pods.ts';
import type { Pod } from '../cluster/objects.ts';
import { doubtWatch } from './doubt.ts';
import type { DrainRun } from './drain-run.ts';
import { decidePod } from './plan.ts';
import { noteGone, noteTerminating } from './pod-fate.ts';
import { isOpen, openRecord, type PodRecord } from './pod-record.ts';

/** Lists and watches the pods of the node that is drained. */
export function openNodeFollower(run: Omit<DrainRun, 'node'>): PodFollower {
  const { clock, cluster, random, request, signal, tell, traffic } = run;
  const source = {
    list: (until: AbortSignal) =>
      traffic.lists.pass(() => cluster.listPodsOnNode(request.nodeName, until), until),
    watch: (version: string, until: AbortSignal) => cluster.watchPodsOnNode(request.nodeName, version, until),
  };
  return openPodFollower(source, {
    clock,
    random,
    signal,
    onLost: (reason) => tell('watch-lost', undefined, reason),
    doubt: (heardAt) => doubtWatch(run, heardAt, clock.now()),
  });
}

/** Writes down what the watch sees. A pod bound to the node after the list is decided and drained like the others. */
export function recordSightings(
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
