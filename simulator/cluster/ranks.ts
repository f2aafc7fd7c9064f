import { z } from 'zod';

/** How a training job behaves when it is asked to save. */
export interface RanksOptions {
  /** The job's name. */
  readonly name: string;
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

/** A rank's pod, as much of it as the protocol needs. */
export interface Rank {
  readonly uid: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly isStopping: boolean;
}

/** The cluster that the ranks run in, simulated or real. */
export interface RanksDeps {
  readonly now: () => Date;
  readonly after: (ms: number, then: () => void) => void;
  /** The pod as it is; undefined when it is gone. */
  readonly find: (uid: string) => Rank | undefined;
  /** Writes an annotation on the rank's own pod. */
  readonly annotate: (uid: string, name: string, value: string) => void;
}

/** What the responder writes for a job to read. */
const request = z.object({ id: z.string(), deadline: z.string() });
const REQUEST = 'spot-responder/checkpoint-request';
const ACK = 'spot-responder/checkpoint-ack';

/** From the annotation to the job's eye: the kubelet syncs the file within about a second, the job looks twice a second. */
const NOTICED_AFTER_MS = 1_500;

/**
 * Ranks of one job, first one first, that speak the checkpoint protocol as `spot_checkpoint` does: each rank says
 * `Started` on its own pod, the first to notice makes all save, and rank 0 says how it went. A pod that is stopping
 * notices nothing new. To be called with each rank that changes.
 */
export function openRanks(
  uids: readonly string[],
  options: RanksOptions,
  deps: RanksDeps,
): (changed: Rank) => void {
  const { answers = 'all', stepSeconds = 0.5 } = options;
  const beganAt = deps.now().getTime();
  const noticed = new Set<string>();
  const saved = new Set<string>();

  return ({ annotations, uid }) => {
    if (answers === 'nothing' || !uids.includes(uid)) return;
    const asked = readRequest(annotations);
    const seen = `${uid} ${asked?.id}`;
    const isOver = asked && Date.parse(asked.deadline) <= deps.now().getTime();
    if (!asked || isOver || noticed.has(seen)) return;
    noticed.add(seen);
    deps.after(NOTICED_AFTER_MS, () => notice(uid, asked.id));
  };

  function notice(uid: string, id: string): void {
    const rank = deps.find(uid);
    if (!rank || rank.isStopping) return;
    if (!options.mark) say(uid, { id, state: 'Started' });
    if (answers === 'started' || saved.has(id)) return;
    saved.add(id);
    const step = Math.floor((deps.now().getTime() - beganAt) / 1000 / stepSeconds);
    deps.after(options.savesInSeconds * 1000, () => conclude(id, step));
  }

  function conclude(id: string, step: number): void {
    const [rank0] = uids;
    if (rank0 === undefined) return;
    const uri = options.uri?.(step) ?? `s3://checkpoints/${options.name}/step-${step}`;
    const ack = answers === 'failed' ? { id, state: 'Failed', step } : { id, state: 'Complete', step, uri };
    if (!options.mark) say(rank0, ack);
    else if (ack.state === 'Complete') options.mark(id, JSON.stringify(ack));
  }

  function say(uid: string, ack: Readonly<Record<string, unknown>>): void {
    if (!deps.find(uid)) return;
    deps.annotate(uid, ACK, JSON.stringify({ ...ack, at: deps.now().toISOString() }));
  }
}

function readRequest(annotations: Rank['annotations']): z.infer<typeof request> | undefined {
  try {
    return request.safeParse(JSON.parse(annotations[REQUEST] ?? '')).data;
  } catch {
    return undefined;
  }
}
