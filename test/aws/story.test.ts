import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
  DescribeAutoScalingGroupsCommand,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateClusterCommand, CreateNodegroupCommand, EKSClient } from '@aws-sdk/client-eks';
import { CreateEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAll } from '../../controlplane/fleet/create.ts';
import { namespaceObject } from '../../controlplane/fleet/workloads.ts';
import { type PoolGroup, poolGroup } from '../../simulator/account/pool-groups.ts';
import { type Moto, startMoto } from '../../simulator/moto/server.ts';
import {
  credentials,
  eventually,
  movedClock,
  nameOf,
  type PlaneScene,
  region,
  startPlaneScene,
} from '../real/controllers/fallback/plane-scene.ts';
import {
  deploy,
  minutes,
  namespace,
  onePodWaits,
  readyNodes,
  running,
} from '../real/controllers/fallback/pools.ts';
import { clusterName } from '../support/control-plane.ts';

/**
 * The whole way out and back with Auto Scaling, EKS, EC2 and EventBridge over the wire to moto, and nodes and pods on a real
 * control plane. moto launches whatever it is asked for, and its list of scaling activities is empty: so the shortage here is
 * one of size, not of words.
 */
let moto: Moto;
let scene: PlaneScene;
let autoScaling: AutoScalingClient;

const POOL = 'a10g';
const [SPOT, ON_DEMAND] = [`${POOL}-spot`, `${POOL}-on-demand`];

beforeAll(async () => {
  const program = process.env.MOTO_SERVER;
  if (!program) throw new Error('MOTO_SERVER is not set: run npm run test:aws');
  moto = await startMoto(program);
  const aws = { endpoint: moto.endpoint, region, credentials };
  autoScaling = new AutoScalingClient(aws);
  scene = await startPlaneScene(movedClock(), moto.endpoint);
  await new EventBridgeClient(aws).send(new CreateEventBusCommand({ Name: 'spot-responder' }));
  await makeNodeGroups(new EKSClient(aws));
  await createAll(scene.plane.admin, [namespaceObject(namespace)]);
}, 120_000);

afterAll(async () => {
  await scene.close();
  await moto.close();
});

/** Managed node groups: our tags are on them, and only EKS's own on their Auto Scaling groups. */
async function makeNodeGroups(eks: EKSClient): Promise<void> {
  const role = 'arn:aws:iam::123456789012:role/eks';
  const resourcesVpcConfig = { subnetIds: ['subnet-0aaaaaaaaaaaaaaa1', 'subnet-0aaaaaaaaaaaaaaa2'] };
  await eks.send(new CreateClusterCommand({ name: clusterName, roleArn: role, resourcesVpcConfig }));
  await autoScaling.send(
    new CreateLaunchConfigurationCommand({
      LaunchConfigurationName: 'gpu',
      ImageId: 'ami-12c6146b',
      InstanceType: 'g5.12xlarge',
    }),
  );
  const common = { cluster: clusterName, pool: POOL, says: { 'hold-minutes': '10' } };
  for (const part of [
    { ...common, name: SPOT, role: 'spot' },
    { ...common, name: ON_DEMAND, role: 'fallback' },
  ] satisfies PoolGroup[]) {
    const { desired, max, min, name, spot, tags, zones } = poolGroup(part);
    const { 'eks:cluster-name': cluster = '', ...own } = tags;
    await eks.send(
      new CreateNodegroupCommand({
        clusterName,
        nodegroupName: name,
        nodeRole: role,
        subnets: resourcesVpcConfig.subnetIds,
        instanceTypes: ['g5.12xlarge'],
        capacityType: spot ? 'SPOT' : 'ON_DEMAND',
        tags: own,
      }),
    );
    const eksTags = { 'eks:cluster-name': cluster, 'eks:nodegroup-name': name };
    await autoScaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: name,
        LaunchConfigurationName: 'gpu',
        DesiredCapacity: desired,
        MinSize: min,
        MaxSize: max,
        AvailabilityZones: [...(zones ?? [])],
        Tags: Object.entries(eksTags).map(([Key, Value]) => ({ Key, Value, PropagateAtLaunch: true })),
      }),
    );
    scene.labelNodes(name, { 'spot-responder/pool': POOL });
  }
}

async function group(name: string) {
  const command = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] });
  const found = (await autoScaling.send(command)).AutoScalingGroups?.[0];
  return {
    desired: found?.DesiredCapacity,
    members: (found?.Instances ?? []).map(({ InstanceId: id = '' }) => id),
  };
}

/** As kubelets do: what Auto Scaling has launched joins the cluster, what it has ended is gone. */
async function settleNodes(): Promise<void> {
  const { items } = await scene.plane.core.listNode();
  const nodes = new Set(items.map(({ metadata }) => metadata?.name));
  const wanted = new Set<string>();
  for (const name of [SPOT, ON_DEMAND])
    for (const id of (await group(name)).members) {
      wanted.add(nameOf(id));
      if (!nodes.has(nameOf(id))) await scene.join(id, name);
    }
  for (const { spec } of items) {
    const id = spec?.providerID?.split('/').at(-1) ?? '';
    if (!wanted.has(nameOf(id))) await scene.removeNode(id);
  }
}

async function setSpot(nodes: number): Promise<void> {
  const size = { AutoScalingGroupName: SPOT, DesiredCapacity: nodes, HonorCooldown: false };
  await autoScaling.send(new SetDesiredCapacityCommand(size));
  await settleNodes();
}

test('short, out, held, drained, and given back with its place in the group', async () => {
  await settleNodes();
  await deploy(scene, POOL, 2);
  await scene.run();
  expect(await group(ON_DEMAND)).toEqual({ desired: 0, members: [] });

  // An autoscaler takes back what could not be launched; the pods still count, once it has had its turn.
  await setSpot(1);
  await onePodWaits(scene, POOL);
  scene.advance(2);
  await scene.run();
  const out = await group(ON_DEMAND);
  expect(out).toMatchObject({ desired: 1, members: [expect.stringMatching(/^i-/)] });
  const [fallback = ''] = out.members;
  await settleNodes();
  await running(scene, POOL, 2);

  await setSpot(2);
  await eventually(async () => (await readyNodes(scene, `group=${SPOT}`)) === 2);
  await minutes(scene, 1);
  expect((await scene.node(fallback))?.spec?.unschedulable ?? false).toBe(false);
  scene.advance(6);
  await minutes(scene, 1);
  expect((await scene.node(fallback))?.spec?.unschedulable).toBe(true);
  const moved = await running(scene, POOL, 2);
  expect(moved.map(({ spec }) => spec?.nodeName)).not.toContain(nameOf(fallback));
  expect((await group(ON_DEMAND)).desired).toBe(1);

  await minutes(scene, 1);
  expect(await group(ON_DEMAND)).toEqual({ desired: 0, members: [] });
  expect((await group(SPOT)).members).toHaveLength(2);
  const ec2 = new EC2Client({ endpoint: moto.endpoint, region, credentials });
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [fallback] }));
  expect(Reservations[0]?.Instances?.[0]?.State?.Name).toBe('terminated');

  await settleNodes();
  await minutes(scene, 1);
  const told = (await scene.ledger.history(`${clusterName}/${POOL}`, 10)).map(({ action }) => action);
  expect(told.toSorted()).toEqual(['keep', 'release', 'scale-out', 'terminate']);
  expect(scene.lines.filter((line) => /not reconciled|not announced|not read/.test(line))).toEqual([]);
}, 120_000);
