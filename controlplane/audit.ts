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
  readonly userAgent: string;
  readonly dryRun: boolean;
}

/** Every request once, when it has been answered. */
export const AUDIT_POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules: [{ level: Metadata }]
`;

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
    userAgent: event.userAgent ?? '',
    dryRun: event.requestURI.includes('dryRun=All'),
  };
}
