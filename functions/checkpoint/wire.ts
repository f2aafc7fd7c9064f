import * as z from 'zod/mini';
import type { InterruptionKind } from '../signals/interruption.ts';

/** What the job is told, as one JSON annotation on each pod of its gang. */
export interface CheckpointRequest {
  /** The job saves once for each id. At most 256 bytes; contains `/`. */
  readonly id: string;
  /** `SpotInterruption`, `RebalanceRecommendation`, … */
  readonly reason: string;
  /** After this moment saving is pointless. */
  readonly deadline: Date;
  /** Whether this very pod is on a node that goes. */
  readonly onDoomedNode: boolean;
  /** For the responder's own later runs; jobs ignore it. */
  readonly requestedAt: Date;
}

/** What the job answers. */
export interface CheckpointAck {
  readonly id: string;
  readonly state: 'Started' | 'Complete' | 'Failed';
  readonly step?: number | undefined;
  readonly uri?: string | undefined;
  /** When the job's state was what it saved. */
  readonly at?: Date | undefined;
}

export function encodeRequest({
  id,
  reason,
  deadline,
  onDoomedNode,
  requestedAt,
}: CheckpointRequest): string {
  return JSON.stringify({
    id,
    reason,
    deadline: deadline.toISOString(),
    onDoomedNode,
    requestedAt: requestedAt.toISOString(),
  });
}

const time = z.pipe(
  z.iso.datetime({ offset: true }),
  z.transform((text) => new Date(text)),
);

const requestFields = z.object({
  id: z.string().check(z.minLength(1)),
  reason: z.string(),
  deadline: time,
  onDoomedNode: z.boolean(),
  requestedAt: time,
});

const ackFields = z.object({
  id: z.string().check(z.minLength(1)),
  state: z.enum(['Started', 'Complete', 'Failed']),
  step: z.optional(z.number()),
  uri: z.optional(z.string()),
  at: z.optional(time),
});

/** `undefined` where there is none, or where others wrote something else: a new request replaces it. */
export function parseRequest(text: string | undefined): CheckpointRequest | undefined {
  return parseJson(requestFields, text);
}

/** `undefined` where there is none, or where the annotation still holds the option. */
export function parseAck(text: string | undefined): CheckpointAck | undefined {
  return parseJson(ackFields, text);
}

/** `spot-interruption` → `SpotInterruption`, as reasons are written in Kubernetes. */
export function reasonOf(kind: InterruptionKind): string {
  return kind
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

function parseJson<T>(schema: z.ZodMiniType<T>, text: string | undefined): T | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(text ?? ''));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
