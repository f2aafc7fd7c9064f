import type { PodObject } from './objects.ts';
import { openRanks, type Rank, type RanksOptions } from './ranks.ts';
import { keyOf } from './store.ts';
import type { WorkloadOptions } from './workloads.ts';
import type { World } from './world.ts';

export interface TrainingOptions extends Omit<WorkloadOptions, 'kind'>, RanksOptions {}

/** Lets a Job's pods, rank 0 first, answer requests to save. */
export function runTraining(world: World, pods: readonly PodObject[], options: TrainingOptions): void {
  const find = (uid: string): PodObject | undefined => {
    const pod = pods.find(({ metadata }) => metadata.uid === uid);
    const current = pod && world.pods.get(keyOf(pod.metadata));
    return current?.metadata.uid === uid ? current : undefined;
  };
  const look = openRanks(
    pods.map(({ metadata }) => metadata.uid),
    options,
    {
      now: () => world.clock.now(),
      after: (ms, then) => world.after(ms, then),
      find: (uid) => {
        const pod = find(uid);
        return pod && asRank(pod);
      },
      annotate: (uid, name, value) => {
        const pod = find(uid);
        if (!pod) return;
        const annotations = { ...pod.metadata.annotations, [name]: value };
        world.pods.put({ ...pod, metadata: { ...pod.metadata, annotations } });
      },
    },
  );
  world.pods.subscribe(({ after }) => {
    if (after) look(asRank(after));
  });
}

function asRank({ metadata }: PodObject): Rank {
  const { annotations = {}, deletionTimestamp, uid } = metadata;
  return { uid, annotations, isStopping: deletionTimestamp !== undefined };
}
