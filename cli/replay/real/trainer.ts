import type { PlannedWorkload } from '../../../controlplane/fleet/plan.ts';
import type { Clock } from '../../../functions/clock.ts';
import type { Pod } from '../../../functions/cluster/objects.ts';
import type { ClusterPort } from '../../../functions/cluster/port.ts';
import { openRanks, type Rank } from '../../../simulator/cluster/ranks.ts';

const JOB_LABEL = 'batch.kubernetes.io/job-name';
const RANK_LABEL = 'batch.kubernetes.io/job-completion-index';

/**
 * Stands in for the processes of a training job on simulated kubelets: answers requests to save by the simulator's
 * rules, through an administrator's connection, until the signal aborts.
 */
export async function startTrainer(
  cluster: ClusterPort,
  { name, namespace, saves }: PlannedWorkload,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  if (!saves) return;
  const selection = { namespace, labels: `${JOB_LABEL}=${name}` };
  const { pods, resourceVersion } = await cluster.listPodsByLabel(selection);
  const current = new Map(pods.map((pod) => [pod.uid, pod]));
  const ranks = pods.toSorted((one, other) => rankOf(one) - rankOf(other)).map(({ uid }) => uid);
  const later = (ms: number, then: () => void) => {
    clock.sleep(ms, signal).then(then, () => undefined);
  };
  const look = openRanks(
    ranks,
    { name, savesInSeconds: saves.inSeconds, answers: saves.answers },
    {
      now: () => clock.now(),
      after: later,
      find: (uid) => {
        const pod = current.get(uid);
        return pod && asRank(pod);
      },
      annotate: (uid, annotation, value) => {
        const pod = current.get(uid);
        // A pod that is gone by now says nothing.
        if (pod)
          cluster.annotatePod(pod, annotation, value, { dryRun: false, signal }).catch(() => undefined);
      },
    },
  );
  void follow(cluster.watchPodsByLabel(selection, resourceVersion, signal), current, look);
}

async function follow(
  events: ReturnType<ClusterPort['watchPodsByLabel']>,
  current: Map<string, Pod>,
  look: (rank: Rank) => void,
): Promise<void> {
  for await (const event of events) {
    if (event.type === 'lost') return;
    if (event.type === 'gone') current.delete(event.pod.uid);
    else {
      current.set(event.pod.uid, event.pod);
      look(asRank(event.pod));
    }
  }
}

function asRank({ annotations, deletionTimestamp, uid }: Pod): Rank {
  return { uid, annotations, isStopping: deletionTimestamp !== undefined };
}

function rankOf({ labels }: Pod): number {
  return Number(labels[RANK_LABEL] ?? 0);
}
