import { setTimeout as sleep } from 'node:timers/promises';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { V1Node, V1Pod } from '@kubernetes/client-node';
import { vi } from 'vitest';
import { nodeObject, ZONE } from '../../../../controlplane/fleet/nodes.ts';
import { bus } from '../../../../functions/announce/bus.ts';
import type { Clock } from '../../../../functions/clock.ts';
import { trafficByCluster } from '../../../../functions/drain/traffic.ts';
import { awsGroups } from '../../../../functions/fallback/groups/aws-groups.ts';
import { dynamoPoolLedger } from '../../../../functions/fallback/ledger/ledger.ts';
import type { FallbackDeps } from '../../../../functions/fallback/run/deps.ts';
import { type PassReport, runFallback } from '../../../../functions/fallback/run/pass.ts';
import { asInstanceId, type InstanceId } from '../../../../functions/signals/interruption.ts';
import { type SimulatedAccount, startSimulatedAccount } from '../../../../simulator/account/account.ts';
import { startSimulatedTable } from '../../../../simulator/table/table.ts';
import { clusterName, startTestPlane, type TestPlane } from '../../../support/control-plane.ts';
import { recordingLog } from '../../../support/recording-log.ts';

const region = 'us-east-2';

/** Pools whose nodes and pods are on a real control plane, and whose groups are in an account in memory. */
export interface RealFallbackScene {
  readonly plane: TestPlane;
  readonly account: SimulatedAccount;
  readonly lines: readonly string[];
  /** The wall's time, and how far it was moved on. */
  readonly clock: Clock;
  /** Nothing happens meanwhile: for holds and for pods that have waited long enough. */
  advance(minutes: number): void;
  /** One pass, as the Lambda would; its drains may take this long. */
  run(seconds?: number): Promise<PassReport>;
  /** Nodes of new instances by the labels that their group's kubelets would give them. */
  labelNodes(group: string, labels: Readonly<Record<string, string>>): void;
  members(group: string): readonly InstanceId[];
  node(instanceId: string): Promise<V1Node | undefined>;
  /** Pods by label that are neither finished nor terminating. */
  pods(label: string): Promise<readonly V1Pod[]>;
  /** The instance is ended by AWS. */
  lose(instanceId: string): Promise<void>;
  /** Its pods and its Node, without the controllers' forty seconds of doubt. */
  removeNode(instanceId: string): Promise<void>;
  told(): readonly string[];
  decisions(): readonly { readonly reason: string; readonly refusals: readonly unknown[] }[];
  close(): Promise<void>;
}

export async function startRealFallback(): Promise<RealFallbackScene> {
  let advanced = 0;
  const clock: Clock = {
    now: () => new Date(Date.now() + advanced),
    sleep: (ms, signal) => sleep(ms, undefined, signal && { signal }),
  };
  const [plane, account, table] = await Promise.all([
    startTestPlane({ controllers: true }),
    startSimulatedAccount({ clock, region }),
    startSimulatedTable(),
  ]);
  const labels = new Map<string, Readonly<Record<string, string>>>();
  const writes: Promise<unknown>[] = [];
  account.onLaunch(({ instanceId }, group) => {
    writes.push(plane.create(groupNode(requireId(instanceId), group, labels.get(group))));
  });
  account.onTermination((instanceId) => {
    writes.push(plane.core.deleteNode({ name: nameOf(instanceId) }));
  });
  const { log, lines } = recordingLog();
  const deps = depsOf(plane, account, table, clock, log);
  return {
    plane,
    account,
    lines,
    clock,
    advance: (minutes) => {
      advanced += minutes * 60_000;
    },
    run: async (seconds = 40) => {
      const report = await runFallback(deps, new Date(clock.now().getTime() + seconds * 1000));
      await Promise.all(writes.splice(0));
      return report;
    },
    labelNodes: (group, given) => void labels.set(group, given),
    members: (group) => account.instancesOf(group).map(({ instanceId }) => requireId(instanceId)),
    node: async (instanceId) => {
      const { items } = await plane.core.listNode();
      return items.find(({ metadata }) => metadata?.name === nameOf(instanceId));
    },
    pods: async (labelSelector) => {
      const { items } = await plane.core.listPodForAllNamespaces({ labelSelector });
      return items.filter(({ metadata }) => !metadata?.deletionTimestamp);
    },
    lose: async (instanceId) => {
      account.setInstanceState(instanceId, 'terminated');
      await removeNode(plane, instanceId);
    },
    removeNode: (instanceId) => removeNode(plane, instanceId),
    decisions: () =>
      account.events.map(({ detail }) => detail as ReturnType<RealFallbackScene['decisions']>[number]),
    told: () => account.events.map(({ detail }) => (detail as { action: string }).action),
    close: async () => {
      await Promise.allSettled(writes);
      await Promise.all([plane.close(), account.close(), table.close()]);
    },
  };
}

async function removeNode({ core }: TestPlane, instanceId: string): Promise<void> {
  const fieldSelector = `spec.nodeName=${nameOf(instanceId)}`;
  await core.deleteNode({ name: nameOf(instanceId) });
  const { items } = await core.listPodForAllNamespaces({ fieldSelector });
  for (const { metadata: { name = '', namespace = '' } = {} } of items)
    await core.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 });
}

export function nameOf(instanceId: string): string {
  return `ip-${instanceId.slice(-12)}.${region}.compute.internal`;
}

/** Controllers and kubelets need a moment. */
export function eventually<T>(look: () => Promise<T | false | undefined>): Promise<T> {
  return vi.waitUntil(look, { timeout: 60_000, interval: 200 }) as Promise<T>;
}

function requireId(instanceId: string): InstanceId {
  const id = asInstanceId(instanceId);
  if (!id) throw new Error(`${instanceId} is no instance id`);
  return id;
}

function groupNode(
  instanceId: InstanceId,
  group: string,
  labels: Readonly<Record<string, string>> = {},
): V1Node {
  const node = nodeObject({ name: nameOf(instanceId), instanceId, zone: ZONE });
  return { ...node, metadata: { ...node.metadata, labels: { ...node.metadata?.labels, group, ...labels } } };
}

function depsOf(
  plane: TestPlane,
  account: SimulatedAccount,
  table: Awaited<ReturnType<typeof startSimulatedTable>>,
  clock: Clock,
  log: FallbackDeps['log'],
): FallbackDeps {
  const aws = {
    endpoint: account.endpoint,
    region,
    credentials: { accessKeyId: 'AKIAFAKE', secretAccessKey: 'fake' },
    maxAttempts: 1,
  };
  const random = Math.random;
  const autoScaling = new AutoScalingClient(aws);
  return {
    clock,
    random,
    region,
    log,
    groups: awsGroups({
      autoScaling,
      autoScalingOnce: autoScaling,
      ec2: new EC2Client(aws),
      eks: new EKSClient(aws),
      clock,
      random,
    }),
    connect: async (name) => {
      if (name !== clusterName) throw new Error(`no cluster ${name}`);
      return plane.connectAsResponder();
    },
    traffic: trafficByCluster(clock),
    announcer: bus({ eventBridge: new EventBridgeClient(aws), busName: 'spot-responder' }),
    ledger: dynamoPoolLedger({ client: table.client(), table: table.tableName, clock, random, owner: 'run' }),
  };
}
