import { z } from 'zod';
import type { PodObject } from './objects.ts';
import { keyOf } from './store.ts';
import type { WorkloadOptions } from './workloads.ts';
import type { World } from './world.ts';

export interface TrainingOptions extends Omit<WorkloadOptions, 'kind'> {
  /** Of all ranks together, from the step they agree on. */
  readonly savesInSeconds: number;
  /** How long one training step takes. @default 0.5 */
  readonly stepSeconds?: number;
  /** What the job says when asked: everything, only that it began, that it failed, or nothing. @default 'all' */
  readonly answers?: 'all' | 'started' | 'failed' | 'nothing';
  /** Where it says that its checkpoint is. @default 's3://checkpoints/<name>/step-<n>' */
  readonly uri?: (step: number) => string;
  /** Acknowledges by a marker object instead of annotations: gets its id and content. */
  readonly mark?: (id: string, body: string) => void;
}

/** What the responder writes for a job to read. */
const request = z.object({ id: z.string(), deadline: z.string() });
const REQUEST = 'spot-responder/checkpoint-request';
const ACK = 'spot-responder/checkpoint-ack';

/** From the annotation to the job's eye: the kubelet syncs the file within about a second, the job looks twice a second. */
const NOTICED_AFTER_MS = 1_500;

/**
 * Ranks of one job that speak the checkpoint protocol as `spot_checkpoint` does: each rank says `Started` on its own
 * pod, the first to notice makes all save, and rank 0 says how it went. A pod that is stopping notices nothing new.
 */
export function runTraining(world: World, pods: readonly PodObject[], options: TrainingOptions): void {
  const { answers = 'all', stepSeconds = 0.5 } = options;
  const beganAt = world.clock.now().getTime();
  const noticed = new Set<string>();
  const saved = new Set<string>();
  const ranks = pods.map(({ metadata }) => metadata.uid);
  if (answers === 'nothing') return;
  world.pods.subscribe(({ after }) => {
    if (!after || !ranks.includes(after.metadata.uid)) return;
    const asked = readRequest(after);
    const seen = `${after.metadata.uid} ${asked?.id}`;
    const isOver = asked && Date.parse(asked.deadline) <= world.clock.now().getTime();
    if (!asked || isOver || noticed.has(seen)) return;
    noticed.add(seen);
    world.after(NOTICED_AFTER_MS, () => notice(after, asked.id));
  });

  function notice(pod: PodObject, id: string): void {
    const current = world.pods.get(keyOf(pod.metadata));
    if (current?.metadata.uid !== pod.metadata.uid || current.metadata.deletionTimestamp) return;
    if (!options.mark) say(pod, { id, state: 'Started' });
    if (answers === 'started' || saved.has(id)) return;
    saved.add(id);
    const step = Math.floor((world.clock.now().getTime() - beganAt) / 1000 / stepSeconds);
    world.after(options.savesInSeconds * 1000, () => conclude(id, step));
  }

  function conclude(id: string, step: number): void {
    const rank0 = pods[0];
    if (!rank0) return;
    const uri = options.uri?.(step) ?? `s3://checkpoints/${options.name}/step-${step}`;
    const ack = answers === 'failed' ? { id, state: 'Failed', step } : { id, state: 'Complete', step, uri };
    if (!options.mark) say(rank0, ack);
    else if (ack.state === 'Complete') options.mark(id, JSON.stringify(ack));
  }

  function say(pod: PodObject, ack: Readonly<Record<string, unknown>>): void {
    const current = world.pods.get(keyOf(pod.metadata));
    if (current?.metadata.uid !== pod.metadata.uid) return;
    const text = JSON.stringify({ ...ack, at: world.clock.now().toISOString() });
    const annotations = { ...current.metadata.annotations, [ACK]: text };
    world.pods.put({ ...current, metadata: { ...current.metadata, annotations } });
  }
}

function readRequest({ metadata }: PodObject): z.infer<typeof request> | undefined {
  try {
    return request.safeParse(JSON.parse(metadata.annotations[REQUEST] ?? '')).data;
  } catch {
    return undefined;
  }
}
