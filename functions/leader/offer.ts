import * as z from 'zod/mini';
import type { Lease } from '../incidents/incident.ts';
import {
  asInstanceId,
  INSTANCE_ACTIONS,
  INTERRUPTION_KINDS,
  type Interruption,
} from '../signals/interruption.ts';
import { storedTime } from '../table/stored-time.ts';

/** A cordoned node that another run may drain: what the notice said, and the lease to take over. */
export interface Offer {
  readonly clusterName: string;
  readonly nodeName: string;
  readonly nodeUid: string;
  readonly interruption: Interruption;
  readonly lease: Lease;
}

const storedInterruption = z.object({
  kind: z.enum(INTERRUPTION_KINDS),
  severity: z.enum(['hard', 'soft']),
  instanceId: z.string(),
  action: z.enum(INSTANCE_ACTIONS),
  noticedAt: storedTime,
  deadline: z.optional(storedTime),
  region: z.string(),
  account: z.string(),
  eventId: z.string(),
  hook: z.optional(
    z.object({
      autoScalingGroup: z.string(),
      hookName: z.string(),
      token: z.string(),
    }),
  ),
});

const storedOffer = z.object({
  clusterName: z.string(),
  nodeName: z.string(),
  nodeUid: z.string(),
  interruption: storedInterruption,
  lease: z.object({ instanceId: z.string(), incidentId: z.string(), owner: z.string(), fence: z.number() }),
});

/** As JSON: dates become text, and nothing that DynamoDB has no type for is left. */
export function writeOffer(offer: Offer): string {
  return JSON.stringify(offer);
}

/** `undefined` for what another version wrote: its own run drains that node. */
export function readOffer(text: unknown): Offer | undefined {
  if (typeof text !== 'string') return undefined;
  const parsed = storedOffer.safeParse(JSON.parse(text));
  const instanceId = parsed.success && asInstanceId(parsed.data.interruption.instanceId);
  if (!parsed.success || !instanceId) return undefined;
  const { deadline, hook, ...interruption } = parsed.data.interruption;
  return {
    ...parsed.data,
    interruption: { ...interruption, instanceId, ...(deadline && { deadline }), ...(hook && { hook }) },
  };
}
