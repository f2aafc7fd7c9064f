import * as z from 'zod/mini';
import { INSTANCE_ACTIONS, INTERRUPTION_KINDS } from '../signals/interruption.ts';

/** ISO 8601 in UTC on the wire, a `Date` inside. */
export const time = z.pipe(
  z.union([z.iso.datetime(), z.date()]),
  z.transform((value) => new Date(value)),
);

export const text = z.string().check(z.minLength(1));

export const count = z.int().check(z.nonnegative());

/** Where an event comes from; in every event. */
export const placeFields = {
  /** AWS account id. */
  account: text,
  region: text,
  /** EKS cluster. Absent only where it could not be found out. */
  cluster: z.optional(text),
};

/** What every event about one interruption carries, so that each can be read alone and in any order. */
export const incidentFields = {
  ...placeFields,
  /** `<instance>/<kind>/<epoch seconds of the first notice>`; the same in every event about it. */
  incident: text,
  /**
   * Grows with every event of an incident, over all runs that work on it: of two events the greater one is newer.
   * An event with a smaller revision than one already seen tells nothing new.
   */
  revision: count,
  instanceId: text,
  node: z.optional(text),
  instanceType: z.optional(text),
  /** GPUs of the node. */
  gpus: z.optional(count),
  zone: z.optional(text),
  /** Who creates and replaces the node; `name` is its node group, Auto Scaling group or node pool. */
  owner: z.optional(
    z.object({
      type: z.enum(['managed-node-group', 'auto-scaling-group', 'karpenter', 'auto-mode', 'unknown']),
      name: z.optional(text),
    }),
  ),
  kind: z.enum(INTERRUPTION_KINDS),
  /** What EC2 will do to the instance. */
  action: z.enum(INSTANCE_ACTIONS),
  /** `hard`: the instance goes. `soft`: it may go, or goes at a far date. */
  severity: z.enum(['hard', 'soft']),
  noticedAt: time,
  /** When the instance goes. Absent when nobody knows. */
  deadline: z.optional(time),
};

/** One pod or, with `pods`, several of one workload. */
const podFields = {
  namespace: text,
  name: text,
  /** `Deployment/llm`, `Job/finetune`; absent for a pod that nothing controls. */
  workload: z.optional(text),
};

/** A pod that cannot be moved now, and the disruption budgets that stand in its way. */
export const blocker = z.object({ ...podFields, budgets: z.array(text), reason: text });

/** What became of one pod, the worst first. */
export const POD_RESULTS = [
  'blocked',
  'failed',
  'still-terminating',
  /** Past its budget, near a hard deadline. */
  'deleted',
  'evicted',
  /** By another's hand, before we acted. */
  'already-gone',
  /** Left alone on purpose. */
  'skipped',
] as const;

export const pod = z.object({
  ...podFields,
  result: z.enum(POD_RESULTS),
  reason: z.optional(text),
  budgets: z.optional(z.array(text)),
  /** Of training pods: what became of the request to save. */
  checkpoint: z.optional(
    z.object({
      result: z.enum([
        'saved',
        'unfinished',
        'not-acknowledged',
        'unconfirmed',
        'failed',
        'stopped-early',
        'not-asked',
        'not-opted-in',
      ]),
      /** `JobSet/llama`, `Job/finetune`. */
      gang: text,
      /** What it costs the job, for people. */
      lost: text,
      step: z.optional(count),
      uri: z.optional(text),
      reason: z.optional(text),
    }),
  ),
  /** For people: what is lost with the pod, or at risk. */
  warning: z.optional(text),
  /** The same for machines: what a new pod does not bring back. */
  hazards: z.optional(z.array(z.enum(['no-controller', 'empty-dir', 'asked-to-stay']))),
  acceptedAt: z.optional(time),
  goneAt: z.optional(time),
});
