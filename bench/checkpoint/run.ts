import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import type { TrainingCluster } from '../../controlplane/training/cluster.ts';
import { exampleManifest } from '../../controlplane/training/manifest.ts';
import { watchJob } from '../../controlplane/training/watch-job.ts';
import type { Contestant, TrainingSize } from './contestants.ts';
import { interrupt } from './interrupt.ts';

export interface RunOptions {
  readonly interruptions: number;
  readonly training: TrainingSize;
  /** In [0, 1): where in the training it is interrupted. */
  readonly random: () => number;
  readonly tell: (progress: string) => void;
  readonly signal: AbortSignal;
}

/** What interrupting one training again and again came to. */
export interface Run {
  readonly contestant: string;
  readonly ranks: number;
  /** For each interruption, the steps that had to be trained again. */
  readonly stepsLost: readonly number[];
  /** How often the Job was counted complete although the training was not. */
  readonly wrongCompletions: number;
  /** For each interruption that was answered: from the notice until all ranks had saved. */
  readonly savedAfterSeconds: readonly number[];
  /** Loss and weights at the end. */
  readonly result: string;
}

/** The name in the manifest. */
const JOB = 'finetune';

/** The Job of `examples/manifests/training-spot.yaml`, interrupted at random steps, then let finish. */
export async function runContestant(
  cluster: TrainingCluster,
  contestant: Contestant,
  options: RunOptions,
): Promise<Run> {
  const { interruptions, random, signal, tell, training } = options;
  const job = watchJob(cluster, JOB, signal);
  const stepsLost: number[] = [];
  const savedAfterSeconds: number[] = [];
  let wrongCompletions = 0;
  let pod = await submit(cluster, contestant, signal);
  while (stepsLost.length < interruptions) {
    const start = await job.resumed(pod);
    const target = start + 1 + Math.floor(random() * training.stepsPerEpoch);
    tell(`interruption ${stepsLost.length + 1} of ${interruptions}, at step ${target}`);
    if ((await job.trained(pod, target)).result !== undefined) break;
    const { savedAfter } = await interrupt(cluster, pod, signal);
    if (savedAfter !== undefined) savedAfterSeconds.push(savedAfter);
    const { lastStep, result } = await job.ended(pod);
    if (result !== undefined) break;
    if (await isComplete(cluster)) wrongCompletions += 1;
    // Submitted again each time: the Job controller would wait 10 s before a replacement, then 20, 40, and so on.
    await cluster.remove(JOB);
    pod = await submit(cluster, contestant, signal);
    stepsLost.push(lastStep - (await job.resumed(pod)));
  }
  tell('trains to its end');
  const { result = 'never finished' } = await job.trained(pod, Number.POSITIVE_INFINITY);
  await cluster.remove(JOB);
  const { name, ranks } = contestant;
  return { contestant: name, ranks, stepsLost, wrongCompletions, savedAfterSeconds, result };
}

async function submit(cluster: TrainingCluster, program: Contestant, signal: AbortSignal): Promise<V1Pod> {
  await cluster.submit(await exampleManifest('training-spot.yaml', program));
  return only(await watchJob(cluster, JOB, signal).running(1));
}

function only([pod]: readonly V1Pod[]): V1Pod {
  if (!pod) throw new Error(`${JOB} has no pod`);
  return pod;
}

/** The Job controller needs a moment to count a pod's end. */
const COUNTED_MS = 1_500;

async function isComplete(cluster: TrainingCluster): Promise<boolean> {
  await sleep(COUNTED_MS);
  const { status } = await cluster.job(JOB);
  return status?.conditions?.some(({ status: is, type }) => type === 'Complete' && is === 'True') ?? false;
}
