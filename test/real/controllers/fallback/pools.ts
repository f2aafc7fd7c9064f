import type { V1Pod } from '@kubernetes/client-node';
import { cordonInstance } from '../../../../functions/drain/cordon.ts';
import { poolGroup } from '../../../../simulator/account/pool-groups.ts';
import { clusterName } from '../../../support/control-plane.ts';
import { eventually, nameOf, type PlaneScene } from './plane-scene.ts';
import type { RealFallbackScene } from './scene.ts';

const NO_CAPACITY =
  'Could not launch Spot Instances. InsufficientInstanceCapacity - There is no Spot capacity available that matches your request. Launching EC2 instance failed.';
export const namespace = 'inference';

/** A spot group where there is an Auto Scaling group for it, and an on-demand group behind it. */
export function addPool(
  scene: RealFallbackScene,
  pool: string,
  spotNodes: number | 'karpenter',
  spotSays: Readonly<Record<string, string>> = {},
): void {
  const common = { cluster: clusterName, pool };
  const says = { 'hold-minutes': '5' };
  for (const name of [`${pool}-spot`, `${pool}-on-demand`])
    scene.labelNodes(name, { 'spot-responder/pool': pool });
  if (spotNodes !== 'karpenter') {
    const spot = { ...common, name: `${pool}-spot`, role: 'spot', desired: spotNodes } as const;
    scene.account.addAutoScalingGroup(poolGroup({ ...spot, says: { ...says, ...spotSays } }));
  }
  const onDemand = { ...common, name: `${pool}-on-demand`, role: 'fallback' } as const;
  scene.account.addAutoScalingGroup(poolGroup({ ...onDemand, says }));
  scene.account.retryLaunches();
}

/** Each pod takes the GPUs of a whole node of its pool. */
export async function deploy(
  scene: PlaneScene,
  pool: string,
  replicas: number,
  annotations = '',
): Promise<void> {
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
  await running(scene, pool, replicas);
}

/** Waits until that many pods of the pool run, and none waits. */
export function running(scene: PlaneScene, pool: string, count: number): Promise<readonly V1Pod[]> {
  return eventually(async () => {
    const pods = await scene.pods(`app=${pool}`);
    return pods.length === count && pods.every(({ status }) => status?.phase === 'Running') && pods;
  });
}

export async function onePodWaits(scene: PlaneScene, pool: string): Promise<void> {
  await eventually(async () =>
    (await scene.pods(`app=${pool}`)).some(({ status }) =>
      status?.conditions?.some(({ reason }) => reason === 'Unschedulable'),
    ),
  );
}

/** The responder's own cordon at the notice; two minutes later the instance is gone, and none takes its place. */
export async function interruptOne(scene: RealFallbackScene, pool: string): Promise<void> {
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

export async function spotIsBack(scene: RealFallbackScene, pool: string, nodes: number): Promise<void> {
  scene.account.changeAutoScalingGroup(`${pool}-spot`, { denial: undefined, desired: nodes });
  scene.account.retryLaunches();
  await eventually(async () => (await readyNodes(scene, `group=${pool}-spot`)) === nodes);
}

export async function readyNodes(scene: PlaneScene, labelSelector: string): Promise<number> {
  const { items } = await scene.plane.core.listNode({ labelSelector });
  return items.filter(
    ({ spec, status }) =>
      status?.conditions?.some(({ status, type }) => type === 'Ready' && status === 'True') &&
      !spec?.taints?.some(({ key }) => key.startsWith('node.kubernetes.io/')),
  ).length;
}

export async function isCordoned(scene: PlaneScene, instanceId: string): Promise<boolean> {
  return (await scene.node(instanceId))?.spec?.unschedulable ?? false;
}

/** A pass a minute. */
export async function minutes(scene: PlaneScene, count: number, seconds?: number): Promise<void> {
  for (let minute = 0; minute < count; minute++) {
    scene.advance(1);
    await scene.run(seconds);
  }
}
