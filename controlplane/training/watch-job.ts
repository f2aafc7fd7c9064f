import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import type { TrainingCluster } from './cluster.ts';
import { type JobLog, readJobLog } from './job-log.ts';

/** Waits for what one Job's pods do and print. Everything rejects when the signal aborts, or after five minutes. */
export interface JobWatch {
  /** So many of the Job's pods that run, in the order of their names; none of `before`. */
  running(count: number, before?: readonly V1Pod[]): Promise<readonly V1Pod[]>;
  /** The pod's training has begun; resolves to the step after which it did. */
  resumed(pod: V1Pod): Promise<number>;
  /** It has trained that step, or all. */
  trained(pod: V1Pod, step: number): Promise<JobLog>;
  /** None of its processes runs any more. */
  ended(pod: V1Pod): Promise<JobLog>;
  /** The Job counts as `Complete` or `Failed`. */
  decided(): Promise<'Complete' | 'Failed'>;
}

/** For a machine that has much else to do. */
const PATIENCE_MS = 300_000;
const LOOK_MS = 100;

export function watchJob(cluster: TrainingCluster, job: string, signal?: AbortSignal): JobWatch {
  const log = async (pod: V1Pod) => readJobLog(await cluster.logOf(pod));
  return {
    running: (count, before = []) => {
      const known = new Set(before.map(uidOf));
      return until(`${count} pods of ${job} that run`, async () => {
        const pods = (await cluster.pods(job)).filter((pod) => isRunning(pod) && !known.has(uidOf(pod)));
        return pods.length === count ? pods.toSorted(byName) : undefined;
      });
    },
    resumed: (pod) => until('a training that begins', async () => (await log(pod)).resumedAfter),
    trained: (pod, step) =>
      until(`step ${step}`, async () => {
        const found = await log(pod);
        return found.lastStep >= step || found.result !== undefined ? found : undefined;
      }),
    ended: async (pod) => {
      await until(`the end of ${pod.metadata?.name}`, async () => {
        const now = (await cluster.pods(job)).find((each) => uidOf(each) === uidOf(pod));
        return !now || hasEnded(now) || undefined;
      });
      return log(pod);
    },
    decided: () =>
      until(`the end of ${job}`, async () => {
        const { status } = await cluster.job(job);
        const types = status?.conditions?.filter(({ status: is }) => is === 'True').map(({ type }) => type);
        return (['Complete', 'Failed'] as const).find((type) => types?.includes(type));
      }),
  };

  async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    for (const end = Date.now() + PATIENCE_MS; ; await sleep(LOOK_MS)) {
      signal?.throwIfAborted();
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > end) throw new Error(`${what} did not come in ${PATIENCE_MS / 1000} s`);
    }
  }
}

function uidOf({ metadata }: V1Pod): string {
  return metadata?.uid ?? '';
}

function byName(one: V1Pod, other: V1Pod): number {
  return (one.metadata?.name ?? '') < (other.metadata?.name ?? '') ? -1 : 1;
}

function isRunning({ metadata, status }: V1Pod): boolean {
  return status?.phase === 'Running' && !metadata?.deletionTimestamp;
}

function hasEnded({ status }: V1Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}
