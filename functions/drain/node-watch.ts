import { openPodFollower, type PodFollower, type PodSightings } from '../cluster/follow-pods.ts';
import { insist } from '../cluster/insist.ts';
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
      traffic.lists.pass(() => cluster.listPodsOnNode(request.node.name, until), until),
    watch: (version: string, until: AbortSignal) =>
      cluster.watchPodsOnNode(request.node.name, version, until),
  };
  return openPodFollower(source, {
    clock,
    random,
    signal,
    onLost: (reason) => tell('watch-lost', undefined, reason),
    doubt: (heardAt) => doubtWatch(run, heardAt, clock.now()),
  });
}

/** Writes down what the watch sees; `meet` gets the pods that were bound to the node after the list. */
export function recordSightings(
  run: DrainRun,
  meet: (record: PodRecord) => void,
  check: () => void,
): PodSightings {
  const { records, request } = run;
  const gone = (record: PodRecord | undefined) => {
    if (!record || !isOpen(record)) return;
    noteGone(run, record);
    check();
  };
  const seen = (pod: Pod) => {
    const record = records.get(pod.uid);
    if (!record) return add(pod);
    if (!isOpen(record)) return;
    if (pod.deletionTimestamp) noteTerminating(run, record);
    else if (hasFinished(pod)) gone(record);
  };
  const met = new Set<string>();
  const add = (pod: Pod) => {
    // Of one that turned out to be another node's no record is kept.
    if (met.has(pod.uid)) return;
    met.add(pod.uid);
    const record = openRecord(decidePod(pod, request.plan.context));
    records.set(pod.uid, record);
    if (record.decision.action !== 'skip') meet(record);
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

/** Drains a pod that was met late like the others, unless the node of that name is another by now: then it is not ours. */
export async function drainLatePod(
  run: DrainRun,
  record: PodRecord,
  launch: (records: readonly PodRecord[]) => void,
): Promise<void> {
  const { pod } = record.decision;
  if (await isSameNode(run)) {
    run.tell('found', pod);
    launch([record]);
  } else run.records.delete(pod.uid);
}

async function isSameNode(run: DrainRun): Promise<boolean> {
  const { cluster, endsAt, request } = run;
  const { name, uid } = request.node;
  const node = await insist(run, { until: endsAt, signal: run.signal }, (signal) =>
    cluster.getNode(name, signal),
  );
  return node?.uid === uid;
}

/** Ran to its end while it waited for its eviction: nothing is left to move. */
function hasFinished({ phase }: Pod): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}
