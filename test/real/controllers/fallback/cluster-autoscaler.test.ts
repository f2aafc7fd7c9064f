import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAuditLog } from '../../../../controlplane/audit.ts';
import { createAll } from '../../../../controlplane/fleet/create.ts';
import { budget, namespaceObject } from '../../../../controlplane/fleet/workloads.ts';
import { RESPONDER } from '../../../support/control-plane.ts';
import { nameOf } from './plane-scene.ts';
import {
  addPool,
  deploy,
  interruptOne,
  isCordoned,
  minutes,
  namespace,
  onePodWaits,
  running,
  spotIsBack,
} from './pools.ts';
import { type RealFallbackScene, startRealFallback } from './scene.ts';

let scene: RealFallbackScene;

beforeAll(async () => {
  scene = await startRealFallback();
  await createAll(scene.plane.admin, [namespaceObject(namespace)]);
}, 120_000);

afterAll(() => scene.close());

test('a Cluster Autoscaler pool: pods count, a budget holds the way back, an empty node is returned once', async () => {
  const told = scene.told().length;
  addPool(scene, 'a10g', 2);
  await deploy(scene, 'a10g', 2);
  await interruptOne(scene, 'a10g');
  await onePodWaits(scene, 'a10g');
  await scene.run();
  expect(scene.account.autoScalingGroup('a10g-on-demand')?.desired).toBe(1);
  const [fallback = ''] = scene.members('a10g-on-demand');
  await running(scene, 'a10g', 2);

  // The autoscaler takes back what could not be launched: the pods still count.
  scene.account.changeAutoScalingGroup('a10g-spot', { desired: 1 });
  await minutes(scene, 2);
  expect(scene.members('a10g-on-demand')).toEqual([fallback]);

  await createAll(scene.plane.admin, [budget({ namespace, name: 'a10g' }, { minAvailable: 2 })]);
  await spotIsBack(scene, 'a10g', 2);
  scene.advance(6);
  await minutes(scene, 3, 4);
  expect(await isCordoned(scene, fallback)).toBe(true);
  expect(scene.members('a10g-on-demand')).toEqual([fallback]);
  expect(await running(scene, 'a10g', 2)).toHaveLength(2);

  await scene.plane.policy.deleteNamespacedPodDisruptionBudget({ name: 'a10g', namespace });
  await minutes(scene, 1);
  const moved = await running(scene, 'a10g', 2);
  expect(moved.map(({ spec }) => spec?.nodeName)).not.toContain(nameOf(fallback));
  expect(scene.members('a10g-on-demand')).toEqual([fallback]);
  await minutes(scene, 1);
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
  addPool(scene, 'l4', 1);
  await deploy(scene, 'l4', 1, "karpenter.sh/do-not-disrupt: 'true'");
  await interruptOne(scene, 'l4');
  await onePodWaits(scene, 'l4');
  await scene.run();
  const [fallback = ''] = scene.members('l4-on-demand');
  await running(scene, 'l4', 1);
  await spotIsBack(scene, 'l4', 1);
  scene.advance(30);
  await minutes(scene, 2);
  expect(scene.members('l4-on-demand')).toEqual([fallback]);
  expect(await isCordoned(scene, fallback)).toBe(false);
}, 120_000);
