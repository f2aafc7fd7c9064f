import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAll } from '../../../../controlplane/fleet/create.ts';
import { nodeObject, ZONE } from '../../../../controlplane/fleet/nodes.ts';
import { namespaceObject } from '../../../../controlplane/fleet/workloads.ts';
import { asInstanceId, type InstanceId } from '../../../../functions/signals/interruption.ts';
import { addKarpenter, claim, denyClaim, launchClaim, nodePool } from '../../../support/karpenter.ts';
import { eventually, nameOf } from './plane-scene.ts';
import {
  addPool,
  deploy,
  isCordoned,
  minutes,
  namespace,
  onePodWaits,
  readyNodes,
  running,
} from './pools.ts';
import { type RealFallbackScene, startRealFallback } from './scene.ts';

let scene: RealFallbackScene;

beforeAll(async () => {
  scene = await startRealFallback();
  await createAll(scene.plane.admin, [namespaceObject(namespace)]);
}, 120_000);

afterAll(() => scene.close());

const KARPENTER = [1, 2, 3, 4, 5, 6].map((number) => asInstanceId(`i-0aaaaaaaaaa${number}`));

/** As Karpenter registers it: no Auto Scaling group stands behind it. */
async function karpenterNode(instanceId: InstanceId | undefined, pool: string): Promise<void> {
  if (!instanceId) throw new Error('no instance id');
  const node = nodeObject({ name: nameOf(instanceId), instanceId, zone: ZONE });
  const labels = {
    'karpenter.sh/capacity-type': 'spot',
    'karpenter.sh/nodepool': pool,
    'spot-responder/pool': pool,
  };
  await scene.plane.create({
    ...node,
    metadata: { ...node.metadata, labels: { ...node.metadata?.labels, ...labels } },
  } as Parameters<typeof scene.plane.create>[0]);
}

test('a Karpenter pool without NodeClaims: its turn comes first, its nodes stay its own, and what it brings later sends ours back', async () => {
  const [first, second, third] = KARPENTER;
  // The first test: no time is skipped yet, so that 90 seconds since the pod's time are 90 seconds.
  addPool(scene, 't4', 'karpenter');
  await karpenterNode(first, 't4');
  await karpenterNode(second, 't4');
  await deploy(scene, 't4', 2);
  await scene.removeNode(second ?? '');
  await onePodWaits(scene, 't4');
  await scene.run();
  expect(scene.members('t4-on-demand')).toEqual([]);
  await minutes(scene, 2);
  const [fallback = ''] = scene.members('t4-on-demand');
  expect(fallback).not.toBe('');
  await running(scene, 't4', 2);

  await karpenterNode(third, 't4');
  await eventually(async () => (await readyNodes(scene, 'karpenter.sh/nodepool=t4')) === 2);
  await minutes(scene, 1);
  scene.advance(6);
  await minutes(scene, 3);
  expect(scene.members('t4-on-demand')).toEqual([]);
  await running(scene, 't4', 2);
  for (const each of [first, third]) expect(await isCordoned(scene, each ?? '')).toBe(false);
}, 120_000);

test('a NodeClaim whose instance boots is waited for, one that was denied is bought for at once, none of it is touched', async () => {
  const [, , , first, second, third] = KARPENTER;
  const { clock, plane } = scene;
  await addKarpenter(plane);
  await plane.create(nodePool('a10'));
  addPool(scene, 'a10', 'karpenter');
  await karpenterNode(first, 'a10');
  await karpenterNode(second, 'a10');
  await deploy(scene, 'a10', 2);
  await scene.removeNode(second ?? '');
  await onePodWaits(scene, 'a10');
  await claim(plane, 'a10', 'a10-x7k2p', 4);
  await launchClaim(plane, 'a10-x7k2p', third ?? '', clock.now());
  await minutes(scene, 4);
  expect(scene.members('a10-on-demand')).toEqual([]);

  // A neighbour's denial is none of ours.
  await claim(plane, 'a10-large', 'a10-large-b9d4f', 4);
  await denyClaim(plane, 'a10-large-b9d4f', clock.now());
  await minutes(scene, 1);
  expect(scene.members('a10-on-demand')).toEqual([]);

  await denyClaim(plane, 'a10-x7k2p', clock.now());
  await scene.run();
  const [fallback = ''] = scene.members('a10-on-demand');
  expect(fallback).not.toBe('');
  await running(scene, 'a10', 2);
  const { refusals, reason } = scene.decisions().at(-1) ?? expect.fail('nothing was told');
  expect(refusals).toEqual([]);
  expect(reason).toContain('its newest launch failed for want of capacity');

  await karpenterNode(third, 'a10');
  await eventually(async () => (await readyNodes(scene, 'karpenter.sh/nodepool=a10')) === 2);
  await minutes(scene, 1);
  scene.advance(6);
  await minutes(scene, 3);
  expect(scene.members('a10-on-demand')).toEqual([]);
  await running(scene, 'a10', 2);
  for (const each of [first, third]) expect(await isCordoned(scene, each ?? '')).toBe(false);
}, 120_000);
