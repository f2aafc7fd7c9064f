import * as z from 'zod/mini';
import { MalformedSignalError } from '../errors.ts';
import type { ResumedRun } from '../incidents/incident.ts';
import type { LocatedInstance, NodeOwner } from '../locate/located.ts';
import {
  asInstanceId,
  INSTANCE_ACTIONS,
  INTERRUPTION_KINDS,
  type Interruption,
} from '../signals/interruption.ts';

/** What the responder leaves for a later invocation of itself. */
export interface Continuation {
  readonly interruption: Interruption;
  /** Not acted on before. */
  readonly dueAt: Date;
  /** Set when a drain is to go on, rather than to begin. */
  readonly resumes?: ResumedRun & { readonly instance: LocatedInstance };
}

/** Tells our own messages from AWS's events in the same kind of record. */
const SOURCE = 'spot-responder';
const TYPE = 'Continuation';

export function isContinuation(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'source' in body && body.source === SOURCE;
}

export function encodeContinuation(continuation: Continuation): string {
  return JSON.stringify({ source: SOURCE, type: TYPE, version: 1, ...continuation });
}

/** @throws MalformedSignalError naming the field: another version of the responder wrote it. */
export function parseContinuation(body: unknown): Continuation {
  const parsed = z.safeParse(message, body);
  if (parsed.success) {
    const { dueAt, interruption, resumes } = parsed.data;
    return { dueAt, interruption, ...(resumes && { resumes }) };
  }
  const [issue] = parsed.error.issues;
  throw new MalformedSignalError(
    issue?.path.join('.') || '(continuation)',
    `of a continuation is not readable: ${issue?.message ?? 'no reason given'}`,
  );
}

const time = z.pipe(
  z.iso.datetime(),
  z.transform((text) => new Date(text)),
);

const instanceId = z.pipe(
  z.string(),
  z.transform((text, context) => {
    const id = asInstanceId(text);
    if (id) return id;
    context.issues.push({ code: 'custom', message: 'is no instance id', input: text });
    return z.NEVER;
  }),
);

const interruption = z.object({
  kind: z.enum(INTERRUPTION_KINDS),
  severity: z.enum(['hard', 'soft']),
  instanceId,
  action: z.enum(INSTANCE_ACTIONS),
  noticedAt: time,
  deadline: z.exactOptional(time),
  region: z.string(),
  account: z.string(),
  eventId: z.string(),
  cancelled: z.exactOptional(z.literal(true)),
  hook: z.exactOptional(
    z.object({
      autoScalingGroup: z.string(),
      hookName: z.string(),
      token: z.string(),
    }),
  ),
}) satisfies z.ZodMiniType<Interruption>;

const owner = z.discriminatedUnion('type', [
  z.object({ type: z.literal('managed-node-group'), nodeGroup: z.string() }),
  z.object({ type: z.literal('auto-scaling-group'), group: z.string() }),
  z.object({ type: z.literal(['karpenter', 'auto-mode']), nodePool: z.string() }),
  z.object({ type: z.literal('unknown') }),
]) satisfies z.ZodMiniType<NodeOwner>;

const instance = z.object({
  instanceId,
  clusterName: z.string(),
  owner,
  nodeNameHint: z.exactOptional(z.string()),
  providerId: z.exactOptional(z.string()),
  tainted: z.exactOptional(z.boolean()),
  gpus: z.exactOptional(z.number()),
  pool: z.exactOptional(z.string()),
  instanceType: z.exactOptional(z.string()),
  zone: z.exactOptional(z.string()),
  region: z.string(),
}) satisfies z.ZodMiniType<LocatedInstance>;

const message = z.object({
  source: z.literal(SOURCE),
  type: z.literal(TYPE),
  version: z.literal(1),
  interruption,
  dueAt: time,
  resumes: z.exactOptional(z.object({ incidentId: z.string(), run: z.int(), instance })),
});
