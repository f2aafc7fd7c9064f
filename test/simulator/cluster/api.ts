import { onTestFinished } from 'vitest';
import { z } from 'zod';
import {
  type SimulatedCluster,
  type SimulatedClusterOptions,
  startSimulatedCluster,
} from '../../../simulator/cluster/cluster.ts';
import type { PodObject } from '../../../simulator/cluster/objects.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';

/** A cluster of two nodes, `node-a` and `node-b`, closed when the test ends. */
export async function startTwoNodes(
  options: Partial<SimulatedClusterOptions> = {},
): Promise<{ cluster: SimulatedCluster; clock: ManualClock }> {
  const clock = createManualClock();
  const cluster = await startSimulatedCluster({ clock, ...options });
  onTestFinished(() => cluster.close());
  cluster.addNode({ name: 'node-a', instanceId: 'i-0a', zone: 'us-east-2a' });
  cluster.addNode({ name: 'node-b', instanceId: 'i-0b', zone: 'us-east-2b' });
  return { cluster, clock };
}

/** Any answer of the API: the fields tests look at, the rest kept. */
const answer = z.looseObject({
  kind: z.string().optional(),
  message: z.string().optional(),
  reason: z.string().optional(),
  details: z.unknown().optional(),
  metadata: z
    .looseObject({
      name: z.string().optional(),
      uid: z.string().optional(),
      resourceVersion: z.string().optional(),
      continue: z.string().optional(),
      deletionTimestamp: z.string().optional(),
      deletionGracePeriodSeconds: z.number().optional(),
    })
    .optional(),
  spec: z.unknown().optional(),
  status: z.unknown().optional(),
  items: z
    .array(z.looseObject({ metadata: z.looseObject({ name: z.string() }), status: z.unknown().optional() }))
    .optional(),
});

export interface Sent {
  readonly code: number;
  readonly headers: Headers;
  readonly body: z.infer<typeof answer>;
}

export async function send(
  cluster: SimulatedCluster,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Sent> {
  const response = await fetch(cluster.url + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const parsed: unknown = await response.json();
  return { code: response.status, headers: response.headers, body: answer.parse(parsed) };
}

export function patchNode(
  cluster: SimulatedCluster,
  name: string,
  patch: unknown,
  query = '',
): Promise<Sent> {
  const headers = { 'content-type': 'application/json-patch+json' };
  return send(cluster, 'PATCH', `/api/v1/nodes/${name}${query}`, patch, headers);
}

export function evict(cluster: SimulatedCluster, pod: PodObject, deleteOptions?: unknown): Promise<Sent> {
  const { namespace, name } = pod.metadata;
  return send(cluster, 'POST', `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { namespace, name },
    ...(deleteOptions === undefined ? {} : { deleteOptions }),
  });
}

/** The element, or a failed test. */
export function only<T>(items: readonly T[], index = 0): T {
  const item = items[index];
  if (item === undefined) throw new Error(`no item ${index} of ${items.length}`);
  return item;
}

const watchEvent = z.object({ type: z.string(), object: answer.extend({ code: z.number().optional() }) });
export type WatchEvent = z.infer<typeof watchEvent>;

/** An open watch: `next` waits for one event, and gives undefined at the stream's end. */
export async function watchPods(cluster: SimulatedCluster, query: string) {
  const response = await fetch(`${cluster.url}/api/v1/pods?watch=true&${query}`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let buffered = '';
  return {
    async next(): Promise<WatchEvent | undefined> {
      while (!buffered.includes('\n')) {
        const chunk = await reader?.read();
        if (chunk === undefined || chunk.done) return undefined;
        buffered += chunk.value;
      }
      const end = buffered.indexOf('\n');
      const line = buffered.slice(0, end);
      buffered = buffered.slice(end + 1);
      return watchEvent.parse(JSON.parse(line));
    },
  };
}
