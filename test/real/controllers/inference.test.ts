import { join } from 'node:path';
import { makeInformer, type V1Pod } from '@kubernetes/client-node';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { applyManifest } from '../../../controlplane/enrol.ts';
import { createAll } from '../../../controlplane/fleet/create.ts';
import { startTestPlane, type TestPlane } from '../../support/control-plane.ts';
import { inferenceNode, interrupt } from './inference-fleet.ts';

const namespace = 'default';
const PATIENT = { timeout: 60_000, interval: 200 };
const SPOT = [1, 2, 3, 4, 5];
const BASELINE = [6, 7];

let plane: TestPlane;

beforeAll(async () => {
  plane = await startTestPlane({ controllers: true });
  await createAll(plane.admin, [
    ...SPOT.map((number) => inferenceNode(number, 'spot')),
    ...BASELINE.map((number) => inferenceNode(number, 'baseline')),
  ]);
  await untilNodesReady();
  await applyManifest(plane.admin, 'examples/manifests/inference-spot.yaml');
  await applyManifest(plane.admin, 'examples/manifests/inference-baseline.yaml');
  await untilReady(7);
}, 120_000);

afterAll(() => plane.close());

/** Pods that only prefer spot would else take the room of those that must stay off it. */
async function untilNodesReady(): Promise<void> {
  const look = async () => {
    const { items } = await plane.core.listNode();
    return items.filter(
      ({ spec }) => !spec?.taints?.some(({ key }) => key === 'node.kubernetes.io/not-ready'),
    );
  };
  await vi.waitFor(async () => expect(await look()).toHaveLength(SPOT.length + BASELINE.length), PATIENT);
}

async function pods(capacity: string): Promise<V1Pod[]> {
  const labelSelector = `app=inference,capacity=${capacity}`;
  return (await plane.core.listNamespacedPod({ namespace, labelSelector })).items;
}

function isReady({ metadata, status }: V1Pod): boolean {
  const ready = status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True');
  return ready === true && !metadata?.deletionTimestamp;
}

async function untilReady(count: number): Promise<void> {
  const look = async () => [...(await pods('spot')), ...(await pods('on-demand'))].filter(isReady).length;
  await vi.waitFor(async () => expect(await look()).toBe(count), PATIENT);
}

async function budget() {
  const { status } = await plane.policy.readNamespacedPodDisruptionBudget({ name: 'inference', namespace });
  return status;
}

/** Counts the service's ready pods at every change of one, until closed; resolves to the smallest count. */
async function watchReady() {
  const list = () => plane.core.listNamespacedPod({ namespace, labelSelector: 'app=inference' });
  const informer = makeInformer(plane.admin, `/api/v1/namespaces/${namespace}/pods`, list, 'app=inference');
  const counts: number[] = [];
  const count = () => counts.push(informer.list().filter(isReady).length);
  await informer.start();
  for (const verb of ['update', 'delete'] as const) informer.on(verb, count);
  return {
    close: async () => {
      await informer.stop();
      return { least: Math.min(...counts), changes: counts.length };
    },
  };
}

test('the scheduler puts the baseline on demand and each spot replica on a spot node of its own, zone by zone', async () => {
  const nodesOf = async (capacity: string) => (await pods(capacity)).map(({ spec }) => spec?.nodeName).sort();
  const names = (numbers: readonly number[]) =>
    numbers.map((number) => inferenceNode(number, 'spot').metadata?.name).sort();
  expect(await nodesOf('spot')).toEqual(names(SPOT));
  expect(await nodesOf('on-demand')).toEqual(names(BASELINE));
});

test('one budget counts both: two of seven may be away', async () => {
  await vi.waitFor(
    async () =>
      expect(await budget()).toMatchObject({ expectedPods: 7, desiredHealthy: 5, disruptionsAllowed: 2 }),
    PATIENT,
  );
});

test('two spot nodes go at once: the service stays above its budget, and an on-demand fallback takes the replicas', async () => {
  const doomed = (await pods('spot')).slice(0, 2).map(({ spec }) => spec?.nodeName ?? '');
  const watch = await watchReady();
  const reports = await interrupt(plane, doomed);
  expect(reports.map(({ outcome }) => outcome.type)).toEqual(['emptied', 'emptied']);
  await createAll(plane.admin, [inferenceNode(8, 'fallback'), inferenceNode(9, 'fallback')]);
  await untilReady(7);
  const { least } = await watch.close();
  expect(least).toBe(5);
  const placed = (await pods('spot')).map(({ spec }) => spec?.nodeName);
  expect(placed).toEqual(
    expect.arrayContaining([8, 9].map((n) => inferenceNode(n, 'fallback').metadata?.name)),
  );
  for (const node of doomed) expect(placed).not.toContain(node);
}, 120_000);

test('three more go at once: the third waits for the budget until a replacement is ready', async () => {
  await vi.waitFor(async () => expect((await budget())?.disruptionsAllowed).toBe(2), PATIENT);
  const doomed = (await pods('spot')).slice(0, 3).map(({ spec }) => spec?.nodeName ?? '');
  const watch = await watchReady();
  const draining = interrupt(plane, doomed);
  await vi.waitFor(async () => expect((await budget())?.currentHealthy).toBe(5), PATIENT);
  await createAll(
    plane.admin,
    [10, 11, 12].map((number) => inferenceNode(number, 'spot')),
  );
  const reports = await draining;
  expect(reports.map(({ outcome }) => outcome.type)).toEqual(['emptied', 'emptied', 'emptied']);
  await untilReady(7);
  expect((await watch.close()).least).toBe(5);
}, 120_000);

test.each(['inference-spot.yaml', 'inference-baseline.yaml'])(
  '%s is taken as it stands, every field of it',
  async (file) => {
    const kubeconfig = await plane.kubeconfigFor('kubectl');
    const flags = ['apply', '--validate=strict', '--dry-run=server', '-n', 'kube-public'];
    const { stdout } = await execa(join(plane.binaries, 'kubectl'), [
      `--kubeconfig=${kubeconfig}`,
      ...flags,
      '-f',
      `examples/manifests/${file}`,
    ]);
    expect(stdout).toContain('(server dry run)');
  },
);
