import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Node, V1Pod } from '@kubernetes/client-node';
import { vi } from 'vitest';
import { worldCredentials } from '../../../../cli/replay/embedded-deps.ts';
import { fallbackDepsIn } from '../../../../cli/replay/shortage/deps.ts';
import { nodeObject, ZONE } from '../../../../controlplane/fleet/nodes.ts';
import type { Clock } from '../../../../functions/clock.ts';
import type { FallbackDeps } from '../../../../functions/fallback/run/deps.ts';
import { type PassReport, runFallback } from '../../../../functions/fallback/run/pass.ts';
import { asInstanceId, type InstanceId } from '../../../../functions/signals/interruption.ts';
import { startSimulatedTable } from '../../../../simulator/table/table.ts';
import { clusterName, startTestPlane, type TestPlane } from '../../../support/control-plane.ts';
import { recordingLog } from '../../../support/recording-log.ts';

export const region = 'us-east-2';
export const credentials = worldCredentials;

/** Pools whose nodes and pods are on a real control plane; who answers for AWS is another's matter. */
export interface PlaneScene {
  readonly plane: TestPlane;
  readonly lines: readonly string[];
  /** The wall's time, and how far it was moved on. */
  readonly clock: Clock;
  readonly ledger: FallbackDeps['ledger'];
  /** Nothing happens meanwhile: for holds and for pods that have waited long enough. */
  advance(minutes: number): void;
  /** One pass, as the Lambda would; its drains may take this long. */
  run(seconds?: number): Promise<PassReport>;
  /** Nodes of new instances by the labels that their group's kubelets would give them. */
  labelNodes(group: string, labels: Readonly<Record<string, string>>): void;
  node(instanceId: string): Promise<V1Node | undefined>;
  /** Pods by label that are neither finished nor terminating. */
  pods(label: string): Promise<readonly V1Pod[]>;
  /** An instance of the group has booted. */
  join(instanceId: string, group: string): Promise<void>;
  /** Its pods and its Node, without the controllers' forty seconds of doubt. */
  removeNode(instanceId: string): Promise<void>;
  close(): Promise<void>;
}

/** The wall's time, moved on by hand. */
export interface MovedClock extends Clock {
  advance(minutes: number): void;
}

export function movedClock(): MovedClock {
  let advanced = 0;
  return {
    now: () => new Date(Date.now() + advanced),
    sleep: (ms, signal) => sleep(ms, undefined, signal && { signal }),
    advance: (minutes) => {
      advanced += minutes * 60_000;
    },
  };
}

/** `endpoint` answers for AWS. */
export async function startPlaneScene(clock: MovedClock, endpoint: string): Promise<PlaneScene> {
  const [plane, table] = await Promise.all([startTestPlane({ controllers: true }), startSimulatedTable()]);
  const { log, lines } = recordingLog();
  const labels = new Map<string, Readonly<Record<string, string>>>();
  const deps = fallbackDepsIn({
    aws: { endpoint, region, credentials, maxAttempts: 1 },
    dynamo: table.client(),
    table: table.tableName,
    clock,
    random: Math.random,
    log,
    owner: 'run',
    connect: async (name) => {
      if (name !== clusterName) throw new Error(`no cluster ${name}`);
      return plane.connectAsResponder();
    },
  });
  return {
    plane,
    lines,
    clock,
    ledger: deps.ledger,
    advance: clock.advance,
    run: (seconds = 40) => runFallback(deps, new Date(clock.now().getTime() + seconds * 1000)),
    labelNodes: (group, given) => void labels.set(group, given),
    node: async (instanceId) => {
      const { items } = await plane.core.listNode();
      return items.find(({ metadata }) => metadata?.name === nameOf(instanceId));
    },
    pods: async (labelSelector) => {
      const { items } = await plane.core.listPodForAllNamespaces({ labelSelector });
      return items.filter(({ metadata }) => !metadata?.deletionTimestamp);
    },
    join: (instanceId, group) => plane.create(groupNode(requireId(instanceId), group, labels.get(group))),
    removeNode: (instanceId) => removeNode(plane, instanceId),
    close: async () => {
      await Promise.all([plane.close(), table.close()]);
    },
  };
}

export function nameOf(instanceId: string): string {
  return `ip-${instanceId.slice(-12)}.${region}.compute.internal`;
}

/** Controllers and kubelets need a moment. */
export function eventually<T>(look: () => Promise<T | false | undefined>): Promise<T> {
  return vi.waitUntil(look, { timeout: 60_000, interval: 200 }) as Promise<T>;
}

export function requireId(instanceId: string): InstanceId {
  const id = asInstanceId(instanceId);
  if (!id) throw new Error(`${instanceId} is no instance id`);
  return id;
}

async function removeNode({ core }: TestPlane, instanceId: string): Promise<void> {
  const fieldSelector = `spec.nodeName=${nameOf(instanceId)}`;
  await core.deleteNode({ name: nameOf(instanceId) });
  const { items } = await core.listPodForAllNamespaces({ fieldSelector });
  for (const { metadata: { name = '', namespace = '' } = {} } of items)
    await core.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 });
}

function groupNode(
  instanceId: InstanceId,
  group: string,
  labels: Readonly<Record<string, string>> = {},
): V1Node {
  const node = nodeObject({ name: nameOf(instanceId), instanceId, zone: ZONE });
  return { ...node, metadata: { ...node.metadata, labels: { ...node.metadata?.labels, group, ...labels } } };
}
