import * as z from 'zod/mini';
import type { ClusterEndpoint } from '../cluster/endpoint.ts';
import type { LocatedInstance } from '../locate/located.ts';
import { asInstanceId, type InstanceId } from '../signals/interruption.ts';
import { clusterKey, nodeKey, SCHEMA_VERSION } from '../table/keys.ts';

/** A row as it is written. */
export type IndexRow = Readonly<Record<string, unknown>>;

/** What a row holds, and until when it is good. */
export interface Stored<T> {
  readonly value: T;
  readonly expiresAt: Date;
}

export interface NamedEndpoint {
  readonly clusterName: string;
  readonly endpoint: ClusterEndpoint;
}

export function nodeRow({ value, expiresAt }: Stored<LocatedInstance>): IndexRow {
  return { ...nodeKey(value.instanceId), instance: value, ...footer(expiresAt) };
}

export function clusterRow({ value, expiresAt }: Stored<NamedEndpoint>, scope?: string): IndexRow {
  return { ...clusterKey(value.clusterName, scope), ...value, ...footer(expiresAt) };
}

function footer(expiresAt: Date) {
  return { schemaVersion: SCHEMA_VERSION, expiresAt: Math.floor(expiresAt.getTime() / 1000) };
}

/** `undefined` for a row that another version wrote: it says nothing to this one. */
export function readNodeRow(item: unknown): Stored<LocatedInstance> | undefined {
  const parsed = z.safeParse(storedNode, item);
  return parsed.success ? { value: parsed.data.instance, expiresAt: parsed.data.expiresAt } : undefined;
}

export function readClusterRow(item: unknown): Stored<NamedEndpoint> | undefined {
  const parsed = z.safeParse(storedCluster, item);
  if (!parsed.success) return undefined;
  const { clusterName, endpoint, expiresAt } = parsed.data;
  return { value: { clusterName, endpoint }, expiresAt };
}

const common = {
  schemaVersion: z.literal(SCHEMA_VERSION),
  expiresAt: z.pipe(
    z.number(),
    z.transform((seconds) => new Date(seconds * 1000)),
  ),
};

const nodeOwner = z.discriminatedUnion('type', [
  z.object({ type: z.literal('managed-node-group'), nodeGroup: z.string() }),
  z.object({ type: z.literal('auto-scaling-group'), group: z.string() }),
  z.object({ type: z.literal('karpenter'), nodePool: z.string() }),
  z.object({ type: z.literal('auto-mode'), nodePool: z.string() }),
  z.object({ type: z.literal('unknown') }),
]);

const storedNode = z.object({
  ...common,
  instance: z.object({
    instanceId: z.custom<InstanceId>((id) => typeof id === 'string' && asInstanceId(id) !== undefined),
    clusterName: z.string(),
    owner: nodeOwner,
    region: z.string(),
    nodeNameHint: z.exactOptional(z.string()),
    providerId: z.exactOptional(z.string()),
    tainted: z.exactOptional(z.boolean()),
    gpus: z.exactOptional(z.number()),
    instanceType: z.exactOptional(z.string()),
    zone: z.exactOptional(z.string()),
    capacity: z.exactOptional(z.enum(['spot', 'on-demand', 'reserved'])),
    pool: z.exactOptional(z.string()),
  }),
});

const storedCluster = z.object({
  ...common,
  clusterName: z.string(),
  endpoint: z.object({ server: z.string(), ca: z.exactOptional(z.string()) }),
});
