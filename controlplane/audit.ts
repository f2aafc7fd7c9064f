import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';

/** One request as the API server itself saw it. */
export interface AuditedRequest {
  readonly user: string;
  readonly verb: string;
  /** With its subresource, e.g. `pods/eviction`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  /** HTTP status of the answer. */
  readonly code: number;
  readonly receivedAt: Date;
  readonly completedAt: Date;
  /** The same in microseconds since the epoch, which a Date cannot hold. */
  readonly span: { readonly from: number; readonly to: number };
  readonly userAgent: string;
  readonly dryRun: boolean;
  /** Of the pod to be evicted or deleted, where the request makes it a precondition. */
  readonly uid?: string;
}

/** Every request once, when it has been answered; what removes a pod with its body, which names the pod's UID. */
export const AUDIT_POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - { level: Request, verbs: [create], resources: [{ group: '', resources: [pods/eviction] }] }
  - { level: Request, verbs: [delete], resources: [{ group: '', resources: [pods] }] }
  - { level: Metadata }
`;

const preconditions = z.object({ uid: z.optional(z.string()) });
const deleteOptions = z.object({ preconditions: z.optional(preconditions) });

const auditEvent = z.object({
  stage: z.string(),
  verb: z.string(),
  requestURI: z.string(),
  user: z.object({ username: z.optional(z.string()) }),
  userAgent: z.optional(z.string()),
  objectRef: z.optional(
    z.object({
      resource: z.optional(z.string()),
      subresource: z.optional(z.string()),
      namespace: z.optional(z.string()),
      name: z.optional(z.string()),
    }),
  ),
  /** An Eviction, or the options of a deletion. */
  requestObject: z.optional(
    z.object({ deleteOptions: z.optional(deleteOptions), preconditions: z.optional(preconditions) }),
  ),
  responseStatus: z.optional(z.object({ code: z.optional(z.number()) })),
  requestReceivedTimestamp: z.string(),
  stageTimestamp: z.string(),
});

/**
 * Reads an audit log. A watch counts once, when it was opened (`ResponseStarted`); a line still being written is
 * left out.
 */
export async function readAuditLog(file: string): Promise<readonly AuditedRequest[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
  return lines.flatMap((line) => {
    const event = auditEvent.parse(JSON.parse(line));
    const counted = event.verb === 'watch' ? 'ResponseStarted' : 'ResponseComplete';
    return event.stage === counted ? [toRequest(event)] : [];
  });
}

function toRequest(event: z.output<typeof auditEvent>): AuditedRequest {
  const { objectRef: object = {} } = event;
  return {
    user: event.user.username ?? '',
    verb: event.verb,
    resource: [object.resource, object.subresource].filter(Boolean).join('/'),
    namespace: object.namespace ?? '',
    name: object.name ?? '',
    code: event.responseStatus?.code ?? 0,
    receivedAt: new Date(event.requestReceivedTimestamp),
    completedAt: new Date(event.stageTimestamp),
    span: {
      from: microseconds(event.requestReceivedTimestamp),
      to: microseconds(event.stageTimestamp),
    },
    userAgent: event.userAgent ?? '',
    dryRun: event.requestURI.includes('dryRun=All'),
    ...uidOf(event.requestObject),
  };
}

/** Of `2026-11-25T06:25:10.254321Z`. */
function microseconds(time: string): number {
  return Date.parse(`${time.slice(0, 19)}Z`) * 1000 + Number(time.slice(20, 26));
}

function uidOf(body: z.output<typeof auditEvent>['requestObject']): { uid?: string } {
  const uid = (body?.deleteOptions ?? body)?.preconditions?.uid;
  return uid === undefined ? {} : { uid };
}

/** Evictions and deletions of pods that the server accepted; dry runs are none. Oldest first. */
export function acceptedRemovals(requests: readonly AuditedRequest[]): readonly AuditedRequest[] {
  return requests.filter(({ code, dryRun, resource, verb }) => {
    const removes =
      (verb === 'create' && resource === 'pods/eviction') || (verb === 'delete' && resource === 'pods');
    return removes && !dryRun && code >= 200 && code < 300;
  });
}

/** Pods whose eviction or deletion was accepted more than once; a pod that came back under its name is another. */
export function removedTwice(requests: readonly AuditedRequest[]): readonly string[] {
  const byPod = Map.groupBy(acceptedRemovals(requests), ({ namespace, name, uid = '' }) =>
    [namespace, name, uid].join('/'),
  );
  return [...byPod].filter(([, { length }]) => length > 1).map(([pod]) => pod);
}

/**
 * How many requests the first eviction waited for, one after the other: each came after the one before it had been
 * answered, as the server saw it. Undefined when nothing was evicted.
 */
export function roundTripsBeforeEviction(requests: readonly AuditedRequest[]): number | undefined {
  const inOrder = requests.toSorted((one, other) => one.span.from - other.span.from);
  const first = inOrder.find(({ resource }) => resource === 'pods/eviction');
  if (!first) return undefined;
  const answered: { readonly at: number; readonly trips: number }[] = [];
  const tripsBefore = (moment: number) =>
    answered.filter(({ at }) => at <= moment).reduce((most, { trips }) => Math.max(most, trips), 0);
  for (const { span } of inOrder.slice(0, inOrder.indexOf(first)))
    answered.push({ at: span.to, trips: tripsBefore(span.from) + 1 });
  return tripsBefore(first.span.from);
}

/** Requests by verb and resource. */
export function countRequests(requests: readonly AuditedRequest[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { resource, verb } of requests) {
    const what = `${verb} ${resource || '(other)'}`;
    counts[what] = (counts[what] ?? 0) + 1;
  }
  return counts;
}
