import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAll } from '../../../controlplane/fleet/create.ts';
import { CROWD_NAMESPACE, createCrowd } from '../../../controlplane/fleet/crowd.ts';
import { type SettleProgress, settle } from '../../../controlplane/fleet/settle.ts';
import { barePod, job, namespaceObject, statefulSet } from '../../../controlplane/fleet/workloads.ts';
import { startTestPlane, type TestPlane } from '../../support/control-plane.ts';

let plane: TestPlane;

beforeAll(async () => {
  plane = await startTestPlane({ controllers: true });
}, 120_000);

afterAll(() => plane.close());

test('a crowd runs evenly on its target nodes, the spares are free, and one pod is on a known node', async () => {
  const seen: SettleProgress[] = [];
  const crowd = await createCrowd(plane.admin, {
    targets: 3,
    spares: 1,
    podsPerNode: 4,
    daemonSets: 2,
    deployments: 2,
    blockedPod: true,
    onProgress: (progress) => seen.push(progress),
  });
  const { items } = await plane.core.listPodForAllNamespaces();
  const byNode = Map.groupBy(items, ({ spec }) => spec?.nodeName);
  const counts = [...crowd.targets, ...crowd.spares].map(({ name }) => byNode.get(name)?.length);
  expect(counts).toEqual([4 + 2 + 1, 4 + 2, 4 + 2, 2]);
  const blocked = items.find(({ metadata }) => metadata?.labels?.app === 'never-let-go');
  expect(blocked?.spec?.nodeName).toBe(crowd.blockedNode?.name);
  expect(seen.at(-1)).toEqual({ nodesReady: 4, running: 21, wanted: 21, budgetsPending: 0 });
  expect(new Set(items.map(({ metadata }) => metadata?.namespace))).toEqual(
    new Set([CROWD_NAMESPACE, 'kube-system']),
  );
}, 120_000);

test('a fleet settles when the pods of every kind of workload run, and says what is missing when not', async () => {
  await createAll(plane.admin, [namespaceObject('mixed')]);
  await createAll(plane.admin, [
    statefulSet({ namespace: 'mixed', name: 'cache', replicas: 2, emptyDir: true }),
    job({ namespace: 'mixed', name: 'train', gpus: 1 }),
    barePod({ namespace: 'mixed', name: 'shell', priorityClassName: 'system-cluster-critical' }),
  ]);
  await settle(plane.admin, { nodes: 4 });
  const { items } = await plane.core.listNamespacedPod({ namespace: 'mixed' });
  expect(items.map(({ status }) => status?.phase)).toEqual(Array(4).fill('Running'));
  const short = settle(plane.admin, { nodes: 5, timeoutSeconds: 0 });
  await expect(short).rejects.toThrow('25 of 27 pods run');
}, 120_000);
