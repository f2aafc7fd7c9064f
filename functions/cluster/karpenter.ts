import * as z from 'zod/mini';
import type { Api } from './api.ts';
import { countGpus } from './gpus.ts';
import type { ClaimDenial, ClaimLaunch, KarpenterView, NodeClaim, NodePool } from './karpenter-port.ts';
import { listObjects } from './reader.ts';

/**
 * NodePools, NodeClaims and the claims that AWS had no capacity for. A cluster without Karpenter, or with one older than
 * its `v1` API, has none of them.
 */
export async function readKarpenter(api: Api, signal?: AbortSignal): Promise<KarpenterView> {
  const nodePools = await collect(listObjects(api, kind('nodepools'), {}, signal), toNodePool);
  if (nodePools.length === 0) return { nodePools, claims: [], denials: [] };
  const [claims, denials] = await Promise.all([
    collect(listObjects(api, kind('nodeclaims'), {}, signal), toNodeClaim),
    collect(listObjects(api, EVENTS, DENIALS, signal), toDenial),
  ]);
  return { nodePools, claims, denials };
}

function kind(plural: string) {
  return { group: 'karpenter.sh', version: 'v1', plural };
}

const EVENTS = { group: '', version: 'v1', plural: 'events' };
/** Events of objects without a namespace are kept in `default`. */
const DENIALS = {
  namespace: 'default',
  fieldSelector: 'involvedObject.kind=NodeClaim,reason=InsufficientCapacityError',
};

async function collect<T>(objects: AsyncIterable<unknown>, to: (object: unknown) => T): Promise<T[]> {
  const all: T[] = [];
  for await (const object of objects) all.push(to(object));
  return all;
}

const labels = z._default(z.record(z.string(), z.string()), {});
const resources = z.optional(z.record(z.string(), z.coerce.string()));

const nodePool = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ template: z.object({ metadata: z.optional(z.object({ labels })) }) }),
});

function toNodePool(object: unknown): NodePool {
  const { metadata, spec } = nodePool.parse(object);
  return { name: metadata.name, labels: spec.template.metadata?.labels ?? {} };
}

const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.optional(z.string()),
  message: z.optional(z.string()),
  lastTransitionTime: z.optional(z.string()),
});

const nodeClaim = z.object({
  metadata: z.object({
    name: z.string(),
    labels,
    creationTimestamp: z.string(),
    deletionTimestamp: z.optional(z.string()),
  }),
  spec: z.object({ resources: z.optional(z.object({ requests: resources })) }),
  status: z.optional(
    z.object({
      providerID: z.optional(z.string()),
      capacity: resources,
      conditions: z.optional(z.array(condition)),
    }),
  ),
});

function toNodeClaim(object: unknown): NodeClaim {
  const { metadata, spec, status = {} } = nodeClaim.parse(object);
  const { creationTimestamp, deletionTimestamp, name } = metadata;
  const createdAt = new Date(creationTimestamp);
  return {
    name,
    labels: metadata.labels,
    providerId: status.providerID ?? '',
    gpus: countGpus(status.capacity ?? spec.resources?.requests ?? {}),
    createdAt,
    launch: toLaunch(
      status.conditions?.find(({ type }) => type === 'Launched'),
      createdAt,
    ),
    ...(deletionTimestamp !== undefined && { deletionTimestamp: new Date(deletionTimestamp) }),
  };
}

/** Before the first attempt the condition is absent, or unknown for this reason. */
const NOT_TRIED = 'AwaitingReconciliation';

/** A launch that failed leaves the condition unknown (false before Karpenter 1.0), with a reason of its own. */
function toLaunch(launched: z.infer<typeof condition> | undefined, createdAt: Date): ClaimLaunch {
  if (!launched) return { type: 'asked' };
  const { lastTransitionTime, message = '', reason = NOT_TRIED, status } = launched;
  const at = lastTransitionTime === undefined ? createdAt : new Date(lastTransitionTime);
  if (status === 'True') return { type: 'launched', at };
  return reason === NOT_TRIED ? { type: 'asked' } : { type: 'failed', at, message };
}

const denial = z.object({
  metadata: z.object({ creationTimestamp: z.string() }),
  involvedObject: z.object({ name: z.string() }),
  message: z.optional(z.string()),
  lastTimestamp: z.nullish(z.string()),
  eventTime: z.nullish(z.string()),
});

function toDenial(object: unknown): ClaimDenial {
  const { eventTime, involvedObject, lastTimestamp, message = '', metadata } = denial.parse(object);
  const at = new Date(lastTimestamp ?? eventTime ?? metadata.creationTimestamp);
  return { claim: involvedObject.name, at, message };
}
