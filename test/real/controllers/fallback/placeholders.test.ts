import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyManifest } from '../../../../controlplane/enrol.ts';
import { createAll } from '../../../../controlplane/fleet/create.ts';
import { namespaceObject } from '../../../../controlplane/fleet/workloads.ts';
import { eventually, nameOf } from './plane-scene.ts';
import { addPool, deploy, interruptOne, minutes, namespace, onePodWaits, running } from './pools.ts';
import { type RealFallbackScene, startRealFallback } from './scene.ts';

let scene: RealFallbackScene;

beforeAll(async () => {
  scene = await startRealFallback();
  await createAll(scene.plane.admin, [namespaceObject(namespace)]);
}, 120_000);

afterAll(() => scene.close());

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
  addPool(scene, pool, 2, { placeholders: pool });
  await applyManifest(scene.plane.admin, 'infra/k8s/placeholders.yaml');
  const manifest = await readFile(
    new URL('../../../../examples/manifests/placeholders.yaml', import.meta.url),
    'utf8',
  );
  await scene.plane.apply(
    manifest
      .replaceAll('eks.amazonaws.com/nodegroup: a10g-spot', `group: ${pool}-spot`)
      .replaceAll('a10g', pool),
  );
  await deploy(scene, pool, 2);
  await interruptOne(scene, pool);
  await onePodWaits(scene, pool);
  await scene.run();
  const [fallback = ''] = scene.members(`${pool}-on-demand`);
  await running(scene, pool, 2);
  autoscale(pool, 1);

  await minutes(scene, 1);
  scene.advance(15);
  await minutes(scene, 1);
  await placeholdersAre('Pending', pool);
  autoscale(pool, 2);
  await minutes(scene, 1);
  await placeholdersAre(undefined, pool);
  expect(scene.account.autoScalingGroup(`${pool}-on-demand`)?.desired).toBe(1);

  scene.advance(30);
  await minutes(scene, 1);
  await placeholdersAre('Pending', pool);
  scene.account.changeAutoScalingGroup(`${pool}-spot`, { denial: undefined });
  autoscale(pool, 2);
  await placeholdersAre('Running', pool);
  await minutes(scene, 1);
  expect(scene.account.autoScalingGroup(`${pool}-on-demand`)?.desired).toBe(1);
  scene.advance(6);
  await minutes(scene, 1);
  const moved = await running(scene, pool, 2);
  expect(moved.map(({ spec }) => spec?.nodeName)).not.toContain(nameOf(fallback));
  await placeholdersAre(undefined, pool);
  await minutes(scene, 1);
  expect(scene.members(`${pool}-on-demand`)).toEqual([]);
  expect(scene.members(`${pool}-spot`)).toHaveLength(2);
}, 180_000);
