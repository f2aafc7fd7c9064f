import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { PolicyV1Api, type V1Pod } from '@kubernetes/client-node';
import { depsForWorld } from '../../cli/replay/embedded-deps.ts';
import type { FaultProxy } from '../../controlplane/fault-proxy.ts';
import { startFaultProxy } from '../../controlplane/fault-proxy.ts';
import { nodeObject, spotNode } from '../../controlplane/fleet/nodes.ts';
import { barePod, budget, namespaceObject } from '../../controlplane/fleet/workloads.ts';
import { systemClock } from '../../functions/clock.ts';
import { alone } from '../../functions/leader/leader.ts';
import type { InterruptionReport, Moment } from '../../functions/respond/report.ts';
import { respond } from '../../functions/respond/respond.ts';
import { aimEvent, retimeEvent } from '../../functions/signals/retime.ts';
import { startSimulatedAccount } from '../../simulator/account/account.ts';
import type { SimulatedTable } from '../../simulator/table/table.ts';
import { clusterName, type TestPlane } from '../support/control-plane.ts';

const region = 'us-east-2';
const NOTICE_SECONDS = 120;

export interface SceneOptions {
  readonly plane: TestPlane;
  readonly table: SimulatedTable;
  /** What is left of the two minutes when the event comes. @default 45 */
  readonly secondsLeft?: number;
  /** One more pod, whose budget does not allow its eviction. @default false */
  readonly blockedPod?: boolean;
}

/** One interrupted node of a real control plane, which the responder reaches through a proxy of its own. */
export interface FaultScene {
  readonly node: string;
  readonly namespace: string;
  readonly proxy: FaultProxy;
  readonly deadline: Date;
  readonly auditLog: string;
  /** Names of the pods that have to leave the node. */
  readonly leaving: readonly string[];
  /** What has happened so far. */
  readonly moments: readonly Moment[];
  /** Names of the pods that are on the node now, by the API server's own word. */
  podsOnNode(): Promise<readonly string[]>;
  /** From now on the blocked pod's budget allows its eviction. */
  unblock(): Promise<void>;
  /** Resolves at the first moment of a type. */
  until(type: Moment['type']): Promise<void>;
  /** The whole story, from the event to its outcome. */
  respond(options?: { readonly dryRun?: boolean }): Promise<InterruptionReport>;
  close(): Promise<void>;
}

let scenes = 0;

export async function openFaultScene(options: SceneOptions): Promise<FaultScene> {
  const { plane, table, secondsLeft = 45 } = options;
  scenes += 1;
  const [doomed, other] = [spotNode(2 * scenes), spotNode(2 * scenes + 1)];
  const namespace = `faults-${scenes}`;
  const leaving = await fill(options, namespace, doomed, other);
  const proxy = await startFaultProxy(plane);
  const account = await startSimulatedAccount({ clock: systemClock, region });
  account.addCluster({
    name: clusterName,
    endpoint: proxy.server,
    ca: Buffer.from(plane.caPem).toString('base64'),
  });
  account.addInstance({
    instanceId: doomed.instanceId,
    zone: doomed.zone,
    privateDnsName: doomed.name,
    tags: { 'eks:cluster-name': clusterName, 'eks:nodegroup-name': 'gpu-spot' },
  });
  const address = {
    region,
    accountEndpoint: account.endpoint,
    tableEndpoint: table.endpoint,
    tableName: table.tableName,
    // A spot notice is over before anything would have to be continued.
    queueUrl: account.endpoint,
  };
  // The scenes share a cluster's name, and each has but one drain.
  const deps = { ...depsForWorld(address, systemClock, namespace), leader: alone };
  const noticedAt = new Date(Date.now() - (NOTICE_SECONDS - secondsLeft) * 1000);
  const event = retimeEvent(aimEvent(sample, doomed.instanceId), noticedAt);
  const moments: Moment[] = [];
  const awaited: { readonly type: Moment['type']; readonly come: () => void }[] = [];
  const observe = (moment: Moment) => {
    moments.push(moment);
    for (const { come, type } of awaited) if (type === moment.type) come();
  };
  return {
    node: doomed.name,
    namespace,
    proxy,
    deadline: new Date(noticedAt.getTime() + NOTICE_SECONDS * 1000),
    auditLog: plane.auditLog,
    leaving,
    moments,
    podsOnNode: async () => {
      const { items } = await plane.core.listPodForAllNamespaces({
        fieldSelector: `spec.nodeName=${doomed.name}`,
      });
      return items.map(({ metadata }) => metadata?.name ?? '');
    },
    unblock: () => allow(plane, namespace, 'blocked', 1),
    until: (type) => new Promise((come) => awaited.push({ type, come })),
    respond: async ({ dryRun = false } = {}) => {
      const answer = await respond(event, deps, {
        dryRun,
        lastTry: false,
        signal: new AbortController().signal,
        observe: (_, moment) => observe(moment),
      });
      const [report] = answer.type === 'responded' ? answer.reports : [];
      if (!report) throw new Error('the event was ignored');
      return report;
    },
    close: async () => {
      await Promise.all([proxy.close(), account.close()]);
    },
  };
}

const sample: unknown = JSON.parse(
  readFileSync(new URL('../../events/spot-interruption-terminate.json', import.meta.url), 'utf8'),
);

/** Three free pods and two under a budget on the doomed node, one more of the budget's on another node. */
async function fill(
  { blockedPod = false, plane }: SceneOptions,
  namespace: string,
  doomed: ReturnType<typeof spotNode>,
  other: ReturnType<typeof spotNode>,
): Promise<readonly string[]> {
  for (const node of [doomed, other]) await plane.create(nodeObject(node));
  await plane.create(namespaceObject(namespace));
  const free = ['free-1', 'free-2', 'free-3'];
  const shared = ['shared-1', 'shared-2'];
  const blocked = blockedPod ? ['blocked-1'] : [];
  await Promise.all([
    ...[...free, ...shared, ...blocked].map((name) => plane.create(podOn(doomed.name, namespace, name))),
    plane.create(podOn(other.name, namespace, 'shared-elsewhere')),
    plane.create(budget({ namespace, name: 'shared' }, { maxUnavailable: 2 })),
    plane.create(budget({ namespace, name: 'blocked' }, { maxUnavailable: 0 })),
  ]);
  // More than there are pods: an eviction that a crash cut in two has used one up, and nobody gives it back here.
  await allow(plane, namespace, 'shared', 10);
  await allow(plane, namespace, 'blocked', 0);
  await untilRunning(plane, namespace);
  return [...free, ...shared, ...blocked];
}

/** No budget holds a pod that has not started. */
async function untilRunning({ core }: TestPlane, namespace: string): Promise<void> {
  for (;;) {
    const { items } = await core.listNamespacedPod({ namespace });
    if (items.every(({ status }) => status?.phase === 'Running')) return;
    await sleep(50);
  }
}

/** Owned by a ReplicaSet that nobody runs: what is evicted does not come back. */
function podOn(node: string, namespace: string, name: string): V1Pod {
  const [app = name] = name.split('-');
  const { spec, metadata, ...pod } = barePod({
    namespace,
    name: app,
    graceSeconds: 10,
    stopsAfterSeconds: 1,
  });
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: app, uid: app, controller: true };
  return {
    ...pod,
    metadata: { ...metadata, name, ownerReferences: [owner] },
    spec: { containers: [], ...spec, nodeName: node },
  };
}

/** In place of the disruption controller. */
async function allow(
  plane: TestPlane,
  namespace: string,
  name: string,
  disruptionsAllowed: number,
): Promise<void> {
  const counts = { disruptionsAllowed, currentHealthy: 3, desiredHealthy: 1, expectedPods: 3 };
  await plane.admin.makeApiClient(PolicyV1Api).patchNamespacedPodDisruptionBudgetStatus({
    namespace,
    name,
    body: [{ op: 'add', path: '/status', value: { observedGeneration: 1, ...counts } }],
  });
}
