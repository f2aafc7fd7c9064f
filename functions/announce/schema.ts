import * as z from 'zod/mini';
import { blocker, count, incidentFields, placeFields, pod, text, time } from './fields.ts';

/** Raised only when a listener would have to change. New optional fields and new detail-types do not raise it. */
export const SCHEMA_VERSION = 1;

export const SOURCE = 'spot-responder';

/** At receipt, before anything is done. */
const received = z.object({
  ...incidentFields,
  /** What will be done, and why. */
  response: z.object({ cordon: z.boolean(), drain: z.boolean(), undo: z.boolean(), reason: text }),
});

/** While the node is being emptied; sent at most every few seconds, each replacing the ones before. */
const progress = z.object({
  ...incidentFields,
  /** `saving`: training was asked to save and is waited for. */
  stage: z.enum(['cordoned', 'saving', 'draining']),
  /** Of the pods to be moved: all, told to stop, gone. */
  pods: z.object({ total: count, stopping: count, gone: count }),
  /** Pods to be moved by workload, largest first. */
  workloads: z.array(z.object({ namespace: text, name: text, pods: count })),
  blockers: z.array(blocker),
});

/** How an incident can end, as far as people are told. */
export const OUTCOMES = [
  'emptied',
  'still-terminating',
  'blocked',
  'cordoned',
  'told',
  'uncordoned',
  /** Another incident of the instance has taken its place, and has an end of its own. */
  'superseded',
  'node-gone',
  'ambiguous',
  'too-late',
  'failed',
] as const;

/** Once, at the end of a run. A run that was overtaken sends none: the one that took over does. */
const handled = z.object({
  ...incidentFields,
  outcome: z.object({
    type: z.enum(OUTCOMES),
    reason: z.optional(text),
  }),
  /** Every pod of the node, the ones that went wrong first. */
  pods: z.array(pod),
  /** Pods left out for EventBridge's size limit. */
  podsOmitted: z.optional(count),
  /** When the last pod was gone. */
  emptiedAt: z.optional(time),
  finishedAt: time,
});

/** What a gang of training pods was asked, and what it answered; each event replaces the gang's former ones. */
const checkpoint = z.object({
  ...incidentFields,
  gang: z.object({
    namespace: text,
    /** `JobSet/llama`, `Job/finetune`. */
    name: text,
    pods: count,
  }),
  /** Id of the request, as the pods see it. Of two requests to one gang, the one with the greater revision counts. */
  request: text,
  state: z.enum(['requested', 'saving', 'saved', 'failed', 'not-acknowledged', 'out-of-time']),
  requestedAt: time,
  savedAt: z.optional(time),
  /** Training step that was saved. */
  step: z.optional(count),
  /** Where the checkpoint lies. */
  uri: z.optional(text),
  /** Why it was not saved, for people. */
  reason: z.optional(text),
});

/** What the on-demand fallback of a pool does now, and why; sent when the decision changes. */
const fallbackDecided = z.object({
  ...placeFields,
  pool: text,
  /** Names the shortage that this decision is about: the same from its first decision until spot has covered it. */
  episode: text,
  /** Grows with every decision of a pool. */
  revision: count,
  decidedAt: time,
  action: z.enum(['scale-out', 'refuse', 'release', 'terminate', 'restore', 'keep']),
  /** One sentence for people. */
  reason: text,
  /** GPUs that neither spot nor a launch covers after this decision. */
  shortGpus: count,
  /** On-demand nodes of the pool before this decision. */
  fallbackNodes: count,
  dollarsPerHour: z.optional(z.number()),
  /** `desired` is absolute. */
  launches: z.array(z.object({ group: text, desired: count })),
  refusals: z.array(
    z.object({
      /** `CAPACITY`, `QUOTA`, `CONFIG`, or what of ours stands in the way: a cap, a pod or gang too large. */
      reason: text,
      group: z.optional(text),
      until: z.optional(time),
      /** What a person can do about it. */
      remedy: z.optional(text),
    }),
  ),
  /** Nodes to be drained, terminated or restored. */
  nodes: z.array(text),
  /** Interruptions that led to it, where known. */
  incidents: z.array(text),
});

/** Every detail-type on our bus, and the shape of its detail. */
export const schemas = {
  'Interruption Received': received,
  'Interruption Progress': progress,
  'Interruption Handled': handled,
  'Checkpoint Requested': checkpoint,
  'Checkpoint Progress': checkpoint,
  'Checkpoint Completed': checkpoint,
  /** Failed, not acknowledged, or out of time: work was lost. */
  'Checkpoint Missed': checkpoint,
  'Fallback Decided': fallbackDecided,
} as const;

export type DetailType = keyof typeof schemas;

export type Detail<Type extends DetailType> = z.output<(typeof schemas)[Type]>;

/** One sentence of the story, for whoever listens on our bus. */
export type Announcement = {
  [Type in DetailType]: {
    readonly detailType: Type;
    readonly detail: Readonly<Detail<Type>>;
    readonly time: Date;
  };
}[DetailType];
