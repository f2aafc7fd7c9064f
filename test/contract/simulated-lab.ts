import { z } from 'zod';
import { systemClock } from '../../functions/clock.ts';
import { connectTo } from '../../functions/cluster/connection.ts';
import type { ClusterNode, Pod, Taint } from '../../functions/cluster/objects.ts';
import type { ClusterPort } from '../../functions/cluster/port.ts';
import { type SimulatedCluster, startSimulatedCluster } from '../../simulator/cluster/cluster.ts';
import { send } from '../simulator/cluster/api.ts';
import { FakeClock } from '../support/fake-clock.ts';
import {
  createNames,
  findListed,
  type Lab,
  type NodeOptions,
  type PodOptions,
  pageFiller,
  readBack,
  type StoredEvent,
  type StoredPod,
} from './lab.ts';

/** The simulator on a clock that stands still: nothing starts, stops or expires unless a case makes it. */
export async function openSimulatedLab(): Promise<Lab> {
  const simulated = await startSimulatedCluster({ clock: new FakeClock() });
  const connect = () => connectTo({ name: 'simulated', server: simulated.url }, { clock: systemClock });
  const [cluster, controller, names] = [connect(), connect(), createNames()];
  const addNode = ({ taints = [], ...options }: NodeOptions = {}) => {
    const [name, instanceId] = [names.next('node'), names.nextInstance()];
    const copies = taints.map((taint) => ({ ...taint }));
    simulated.addNode({ name, instanceId, zone: 'us-east-2a', taints: copies, ...options });
    return name;
  };
  return {
    cluster,
    newNode: (options) => readBack(cluster, addNode(options)),
    fillPages: pageFiller(async () => addNode()),
    newNamespace: async () => names.next('namespace'),
    newPod: (node, options) => addPod(simulated, cluster, node, { name: names.next('pod'), ...options }),
    newBudget: async (options) => void simulated.addBudget(options),
    chargeBudget: async (budgetName, { name, namespace }) =>
      simulated.chargeBudget(namespace, budgetName, name),
    readPod: async (pod) => readPod(simulated, pod),
    changeTaints: (node, change) => changeTaints(controller, node.name, change),
    setUnschedulable: ({ name }, unschedulable) =>
      expectOk(send(simulated, 'PATCH', `/api/v1/nodes/${name}`, setUnschedulable(unschedulable), KUBECTL)),
    labelPod: (pod, labels) =>
      expectOk(send(simulated, 'PATCH', statusPath(pod), { metadata: { labels } }, MERGE_PATCH)),
    setReady: async ({ namespace, name }, ready) => simulated.setReady(namespace, name, ready),
    confirmStopped: (pod) => expectOk(send(simulated, 'DELETE', podPath(pod), { gracePeriodSeconds: 0 })),
    settleBudgets: async () => undefined,
    patchPodStatus: (pod, patch) => expectOk(send(simulated, 'PATCH', statusPath(pod), patch, JSON_PATCH)),
    readEvents: async (uid) => readEvents(simulated, uid),
    terminateNamespace: async (namespace) => simulated.terminateNamespace(namespace),
    forgetHistory: async () => {
      simulated.compact();
      simulated.dropWatches();
    },
    close: simulated.close,
  };
}

function readEvents(simulated: SimulatedCluster, uid: string): StoredEvent[] {
  const parsed = z.array(simulatedEvent).parse(simulated.events());
  return parsed
    .filter(({ involvedObject }) => involvedObject.uid === uid)
    .map(({ message, metadata, reason, source, type }) => {
      return { namespace: metadata.namespace, type, reason, message, component: source.component };
    });
}

const simulatedEvent = z.object({
  metadata: z.object({ namespace: z.string() }),
  involvedObject: z.object({ uid: z.string() }),
  type: z.string(),
  reason: z.string(),
  message: z.string(),
  source: z.object({ component: z.string() }),
});

const JSON_PATCH = { 'content-type': 'application/json-patch+json' };
const KUBECTL = { ...JSON_PATCH, 'user-agent': 'kubectl/v1.36.0' };
const setUnschedulable = (value: boolean) => [{ op: 'add', path: '/spec/unschedulable', value }];
const MERGE_PATCH = { 'content-type': 'application/merge-patch+json' };
const podPath = ({ namespace, name }: Pod) => `/api/v1/namespaces/${namespace}/pods/${name}`;
const statusPath = (pod: Pod) => `${podPath(pod)}/status`;

async function expectOk(sent: ReturnType<typeof send>): Promise<void> {
  const { code, body } = await sent;
  if (code >= 300) throw new Error(`the simulator answered ${code}: ${body.message}`);
}

function addPod(
  simulated: SimulatedCluster,
  cluster: ClusterPort,
  node: ClusterNode,
  { owner, ...options }: PodOptions & { readonly name: string },
): Promise<Pod> {
  simulated.addBarePod({
    namespace: 'default',
    node: node.name,
    ...options,
    ...(owner && { owner: { ...owner, uid: `uid-of-${owner.name}` } }),
  });
  return findListed(cluster, node.name, options.name);
}

async function changeTaints(
  controller: ClusterPort,
  name: string,
  change: (taints: readonly Taint[]) => readonly Taint[],
): Promise<void> {
  const { resourceVersion, taints } = await readBack(controller, name);
  const patch = [
    { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
    { op: 'add', path: '/spec/taints', value: change(taints) },
  ] as const;
  const { type } = await controller.patchNode(name, patch, { dryRun: false });
  if (type === 'conflict') return changeTaints(controller, name, change);
}

function readPod(simulated: SimulatedCluster, { namespace, name }: Pod): StoredPod | undefined {
  const found = simulated
    .pods()
    .find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
  if (!found) return undefined;
  const { metadata, spec, status } = found;
  const { uid, labels, annotations, deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  return {
    uid,
    labels,
    annotations,
    image: spec.containers[0]?.image ?? '',
    graceSeconds: spec.terminationGracePeriodSeconds,
    conditions: status.conditions.map(({ type, status, reason, message }) => ({
      type,
      status,
      ...(reason !== undefined && { reason }),
      ...(message !== undefined && { message }),
    })),
    ...(deletionTimestamp && { deletionTimestamp: new Date(deletionTimestamp) }),
    ...(deletionGracePeriodSeconds !== undefined && { deletionGracePeriodSeconds }),
  };
}
