import { readFile } from 'node:fs/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAuditLog } from '../../../controlplane/audit.ts';
import { applyManifest } from '../../../controlplane/enrol.ts';
import { createAll } from '../../../controlplane/fleet/create.ts';
import { nodeObject, ZONE } from '../../../controlplane/fleet/nodes.ts';
import { budget, namespaceObject } from '../../../controlplane/fleet/workloads.ts';
import { cordonInstance } from '../../../functions/drain/cordon.ts';
import { asInstanceId, type InstanceId } from '../../../functions/signals/interruption.ts';
import { clusterName, RESPONDER } from '../../support/control-plane.ts';
import { eventually, nameOf, type RealFallbackScene, startRealFallback } from './fallback-scene.ts';

const NO_CAPACITY =
  'Could not launch Spot Instances. InsufficientInstanceCapacity - There is no Spot capacity available that matches your request. Launching EC2 instance failed.';
const namespace = 'inference';

let scene: RealFallbackScene;

beforeAll(async () => {
  scene = await startRealFallback();
  await createAll(scene.plane.admin, [namespaceObject(namespace)]);
}, 120_000);

afterAll(() => scene.close());

/** A spot group where there is an Auto Scaling group for it, and an on-demand group behind it. */
function addPool(
  pool: string,
  spotNodes: number | 'karpenter',
  spotTags: Readonly<Record<string, string>> = {},
): void {
  const group = (name: string, role: string, desired: number) => ({
    name,
    desired,
    min: 0,
    max: 4,
    instanceType: 'g5.12xlarge',
    spot: role === 'spot',
    zones: [ZONE],
    tags: {
      'eks:cluster-name': clusterName,
      'spot-responder/pool': pool,
      'spot-responder/role': role,
      'spot-responder/hold-minutes': '5',
      ...(role === 'spot' && spotTags),
    },
  });
  for (const name of [`${pool}-spot`, `${pool}-on-demand`])
    scene.labelNodes(name, { 'spot-responder/pool': pool });
  if (spotNodes !== 'karpenter') scene.account.addAutoScalingGroup(group(`${pool}-spot`, 'spot', spotNodes));
  scene.account.addAutoScalingGroup(group(`${pool}-on-demand`, 'fallback', 0));
  scene.account.retryLaunches();
}

/** Each pod takes the GPUs of a whole node of its pool. */
async function deploy(pool: string, replicas: number, annotations = ''): Promise<void> {
  await scene.plane.apply(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${pool}, namespace: ${namespace} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${pool} } }
  template:
    metadata: { labels: { app: ${pool} }, annotations: { ${annotations} } }
    spec:
      terminationGracePeriodSeconds: 5
      nodeSelector: { spot-responder/pool: ${pool} }
      tolerations: [{ key: nvidia.com/gpu, operator: Exists }]
      containers: [{ name: main, image: none, resources: { limits: { nvidia.com/gpu: '4' } } }]
`);
  await running(pool, replicas);
}

/** Waits until that many pods of the pool run, and none waits. */
function running(pool: string, count: number): Promise<readonly V1Pod[]> {
  return eventually(async () => {
    const pods = await scene.pods(`app=${pool}`);
    return pods.length === count && pods.every(({ status }) => status?.phase === 'Running') && pods;
  });
}

async function onePodWaits(pool: string): Promise<void> {
  await eventually(async () =>
    (await scene.pods(`app=${pool}`)).some(({ status }) =>
      status?.conditions?.some(({ reason }) => reason === 'Unschedulable'),
    ),
  );
}

/** The responder's own cordon at the notice; two minutes later the instance is gone, and none takes its place. */
async function interruptOne(pool: string): Promise<void> {
  const [instanceId] = scene.members(`${pool}-spot`);
  if (!instanceId) throw new Error(`${pool} has no spot node`);
  scene.account.changeAutoScalingGroup(`${pool}-spot`, { denial: NO_CAPACITY });
  await cordonInstance(
    { cluster: await scene.plane.connectAsResponder(), clock: scene.clock, random: Math.random },
    {
      instanceId,
      nodeNameHint: nameOf(instanceId),
      reason: 'spot-interruption',
      incidentId: `${instanceId}/spot-interruption/${Math.floor(scene.clock.now().getTime() / 1000)}`,
      dryRun: false,
    },
  );
  scene.advance(2);
  await scene.lose(instanceId);
  scene.account.retryLaunches();
}

async function spotIsBack(pool: string, nodes: number): Promise<void> {
  scene.account.changeAutoScalingGroup(`${pool}-spot`, { denial: undefined, desired: nodes });
  scene.account.retryLaunches();
  await eventually(async () => (await readyNodes(`group=${pool}-spot`)) === nodes);
}

async function readyNodes(labelSelector: string): Promise<number> {
  const { items } = await scene.plane.core.listNode({ labelSelector });
  return items.filter(
    ({ spec, status }) =>
      status?.conditions?.some(({ status, type }) => type === 'Ready' && status === 'True') &&
      !spec?.taints?.some(({ key }) => key.startsWith('node.kubernetes.io/')),
  ).length;
}

async function isCordoned(instanceId: string): Promise<boolean> {
  return (await scene.node(instanceId))?.spec?.unschedulable ?? false;
}

/** A pass a minute. */
async function minutes(count: number, seconds?: number): Promise<void> {
  for (let minute = 0; minute < count; minute++) {
    scene.advance(1);
    await scene.run(seconds);
  }
}

const KARPENTER = [1, 2, 3].map((number) =>
  asInstanceId(`i-0karpenter${number}`.replace(/[^i0-9a-f-]/g, 'a')),
);

/** As Karpenter registers it: no Auto Scaling group stands behind it. */
async function karpenterNode(instanceId: InstanceId | undefined): Promise<void> {
  if (!instanceId) throw new Error('no instance id');
  const node = nodeObject({ name: nameOf(instanceId), instanceId, zone: ZONE });
  const labels = {
    'karpenter.sh/capacity-type': 'spot',
    'karpenter.sh/nodepool': 't4',
    'spot-responder/pool': 't4',
  };
  await scene.plane.create({
    ...node,
    metadata: { ...node.metadata, labels: { ...node.metadata?.labels, ...labels } },
  } as Parameters<typeof scene.plane.create>[0]);
}

test('a Karpenter pool: its turn comes first, its nodes stay its own, and what it brings later sends ours back', async () => {
  const [first, second, third] = KARPENTER;
  // The first test: no time is skipped yet, so that 90 seconds since the pod's time are 90 seconds.
  addPool('t4', 'karpenter');
  await karpenterNode(first);
  await karpenterNode(second);
  await deploy('t4', 2);
  await scene.removeNode(second ?? '');
  await onePodWaits('t4');
  await scene.run();
  expect(scene.members('t4-on-demand')).toEqual([]);
  await minutes(2);
  const [fallback = ''] = scene.members('t4-on-demand');
  expect(fallback).not.toBe('');
  await running('t4', 2);

  await karpenterNode(third);
  await eventually(async () => (await readyNodes('karpenter.sh/nodepool=t4')) === 2);
  await minutes(1);
  scene.advance(6);
  await minutes(3);
  expect(scene.members('t4-on-demand')).toEqual([]);
  await running('t4', 2);
  for (const each of [first, third]) expect(await isCordoned(each ?? '')).toBe(false);
}, 120_000);

test('a Cluster Autoscaler pool: pods count, a budget holds the way back, an empty node is returned once', async () => {
  const told = scene.told().length;
  addPool('a10g', 2);
  await deploy('a10g', 2);
  await interruptOne('a10g');
  await onePodWaits('a10g');
  await scene.run();
  expect(scene.account.autoScalingGroup('a10g-on-demand')?.desired).toBe(1);
  const [fallback = ''] = scene.members('a10g-on-demand');
  await running('a10g', 2);

  // The autoscaler takes back what could not be launched: the pods still count.
  scene.account.changeAutoScalingGroup('a10g-spot', { desired: 1 });
  await minutes(2);
  expect(scene.members('a10g-on-demand')).toEqual([fallback]);

  await createAll(scene.plane.admin, [budget({ namespace, name: 'a10g' }, { minAvailable: 2 })]);
  await spotIsBack('a10g', 2);
  scene.advance(6);
  await minutes(3, 4);
  expect(await isCordoned(fallback)).toBe(true);
  expect(scene.members('a10g-on-demand')).toEqual([fallback]);
  expect(await running('a10g', 2)).toHaveLength(2);

  await scene.plane.policy.deleteNamespacedPodDisruptionBudget({ name: 'a10g', namespace });
  await minutes(1);
  const moved = await running('a10g', 2);
  expect(moved.map(({ spec }) => spec?.nodeName)).not.toContain(nameOf(fallback));
  expect(scene.members('a10g-on-demand')).toEqual([fallback]);
  await minutes(1);
  expect(scene.members('a10g-on-demand')).toEqual([]);
  expect(scene.account.autoScalingGroup('a10g-on-demand')?.desired).toBe(0);
  expect(scene.told().slice(told)).toEqual(['scale-out', 'release', 'terminate']);
}, 180_000);

test('what the way back sent to the API server: a cordon and evictions, no deletion, all as the responder', async () => {
  const requests = (await readAuditLog(scene.plane.auditLog)).filter(({ user }) => user === RESPONDER);
  const writes = requests.filter(({ verb }) => !['get', 'list', 'watch'].includes(verb));
  const kinds = new Set(writes.map(({ resource, verb }) => `${verb} ${resource}`));
  expect(kinds).toEqual(new Set(['patch nodes', 'create pods/eviction']));
});

test('a node with a pod that must not be disrupted is neither cordoned nor terminated', async () => {
  addPool('l4', 1);
  await deploy('l4', 1, "karpenter.sh/do-not-disrupt: 'true'");
  await interruptOne('l4');
  await onePodWaits('l4');
  await scene.run();
  const [fallback = ''] = scene.members('l4-on-demand');
  await running('l4', 1);
  await spotIsBack('l4', 1);
  scene.advance(30);
  await minutes(2);
  expect(scene.members('l4-on-demand')).toEqual([fallback]);
  expect(await isCordoned(fallback)).toBe(false);
}, 120_000);

/** As Cluster Autoscaler does for a pod that waits; what cannot be launched it takes back. */
function autoscale(pool: string, nodes: number): void {
  const group = `${pool}-spot`;
  scene.account.changeAutoScalingGroup(group, { desired: nodes });
  scene.account.retryLaunches();
  scene.account.changeAutoScalingGroup(group, { desired: scene.members(group).length });
}

async function placeholdersAre(phase: string | undefined, pool: string): Promise<void> {
  await eventually(async () => {
    const pods = await scene.pods(`spot-responder/placeholder=${pool}`);
    const phases = pods.map(({ status }) => status?.phase);
    return phase === undefined ? phases.length === 0 : phases.length === 1 && phases[0] === phase;
  });
}

test('placeholders ask Cluster Autoscaler for spot, give way to the pods that come back, and are gone', async () => {
  const pool = 'l40s';
  addPool(pool, 2, { 'spot-responder/placeholders': pool });
  await applyManifest(scene.plane.admin, 'infra/k8s/placeholders.yaml');
  const manifest = await readFile(
    new URL('../../../examples/manifests/placeholders.yaml', import.meta.url),
    'utf8',
  );
  await scene.plane.apply(
    manifest
      .replaceAll('eks.amazonaws.com/nodegroup: a10g-spot', `group: ${pool}-spot`)
      .replaceAll('a10g', pool),
  );
  await deploy(pool, 2);
  await interruptOne(pool);
  await onePodWaits(pool);
  await scene.run();
  const [fallback = ''] = scene.members(`${pool}-on-demand`);
  await running(pool, 2);
  autoscale(pool, 1);

  await minutes(1);
  scene.advance(15);
  await minutes(1);
  await placeholdersAre('Pending', pool);
  autoscale(pool, 2);
  await minutes(1);
  await placeholdersAre(undefined, pool);
  expect(scene.account.autoScalingGroup(`${pool}-on-demand`)?.desired).toBe(1);

  scene.advance(30);
  await minutes(1);
  await placeholdersAre('Pending', pool);
  scene.account.changeAutoScalingGroup(`${pool}-spot`, { denial: undefined });
  autoscale(pool, 2);
  await placeholdersAre('Running', pool);
  await minutes(1);
  expect(scene.account.autoScalingGroup(`${pool}-on-demand`)?.desired).toBe(1);
  scene.advance(6);
  await minutes(1);
  const moved = await running(pool, 2);
  expect(moved.map(({ spec }) => spec?.nodeName)).not.toContain(nameOf(fallback));
  await placeholdersAre(undefined, pool);
  await minutes(1);
  expect(scene.members(`${pool}-on-demand`)).toEqual([]);
  expect(scene.members(`${pool}-spot`)).toHaveLength(2);
}, 180_000);
