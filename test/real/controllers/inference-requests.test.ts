import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type KubernetesObject,
  loadAllYaml,
  type V1Container,
  type V1Deployment,
  type V1Pod,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createAll } from '../../../controlplane/fleet/create.ts';
import { namespaceObject } from '../../../controlplane/fleet/workloads.ts';
import { type Kubelet, startKubelet } from '../../../controlplane/kubelet/kubelet.ts';
import { startTestPlane, type TestPlane } from '../../support/control-plane.ts';
import { inferenceNode, interrupt } from './inference-fleet.ts';
import { startLoad } from './service-load.ts';

const IMAGE = 'registry.example.com/inference:1';
const SERVER = fileURLToPath(new URL('programs/inference-server.ts', import.meta.url));
/** Of the hook; the clients' lag is 2 s. */
const HOOK_SECONDS = 8;
/** Of a request that outlasts the hook. */
const LONG_MS = 22_000;
const PATIENT = { timeout: 90_000, interval: 200 };

let plane: TestPlane;
let kubelet: Kubelet;
let folder: string;

beforeAll(async () => {
  plane = await startTestPlane({ controllers: true, simulatedKubelets: false });
  folder = await mkdtemp(join(tmpdir(), 'inference-'));
  kubelet = await startKubelet({
    admin: plane.admin,
    caPem: plane.caPem,
    folder,
    images: { [IMAGE]: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` } },
    claims: {},
  });
  for (let number = 1; number <= 11; number++) await kubelet.addNode(inferenceNode(number, 'spot'));
}, 120_000);

afterAll(async () => {
  await kubelet.close();
  await plane.close();
  await rm(folder, { recursive: true, force: true });
});

/**
 * The manifest with its container's command running here; on this machine a pod's localhost is `$POD_ADDRESS`, and its
 * clients hear sooner that an endpoint is gone, so its hook waits less. `change` is what a test leaves out.
 */
async function manifest(
  namespace: string,
  change: (container: V1Container) => V1Container = (container) => container,
): Promise<readonly KubernetesObject[]> {
  const text = await readFile('examples/manifests/inference-spot.yaml', 'utf8');
  const here = text
    .replaceAll('http://localhost:', 'http://$POD_ADDRESS:')
    .replace('sleep 20', `sleep ${HOOK_SECONDS}`);
  return loadAllYaml(here).map((object) => ({
    ...(object.kind === 'Deployment' ? withServer(object, change) : object),
    metadata: { ...object.metadata, namespace },
  }));
}

function withServer(deployment: V1Deployment, change: (container: V1Container) => V1Container): V1Deployment {
  const { spec } = deployment;
  const [container] = spec?.template.spec?.containers ?? [];
  if (!spec?.template.spec || !container) throw new Error('the Deployment has no container');
  const containers = [change({ ...container, command: ['node', SERVER] })];
  const template = { ...spec.template, spec: { ...spec.template.spec, containers } };
  return { ...deployment, spec: { ...spec, template } };
}

/** The service with load on it, from before one of its nodes is interrupted until after the pod there has ended. */
async function interruptUnderLoad(namespace: string, objects: readonly KubernetesObject[], longMs: number) {
  await createAll(plane.admin, [namespaceObject(namespace)]);
  await createAll(plane.admin, objects);
  const load = await startLoad(plane, { namespace, service: 'inference', clients: 30, lagMs: 2_000 });
  await vi.waitFor(() => expect(load.endpoints()).toBe(5), PATIENT);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const [doomed] = (await plane.core.listNamespacedPod({ namespace })).items;
  const pod = doomed?.metadata?.name ?? '';
  const long = load.ask(pod, longMs).then(
    ({ status }) => status,
    (error: unknown) => String(error),
  );
  const reports = await interrupt(plane, [doomed?.spec?.nodeName ?? '']);
  const answered = await long;
  const figures = await load.close();
  return { reports, answered, ...figures, said: await saidBy(doomed) };
}

async function saidBy(pod: V1Pod | undefined): Promise<Record<string, Record<string, number>>> {
  const lines = (await kubelet.logOf(pod?.metadata?.uid ?? '')).trim().split('\n');
  return Object.fromEntries(lines.map((line) => JSON.parse(line)).map((each) => [each.event, each]));
}

test('a node goes under load: no request is lost, not one that outlasts the hook either', async () => {
  const { answered, failed, reports, said, sent } = await interruptUnderLoad(
    'with-hook',
    await manifest('with-hook'),
    LONG_MS,
  );
  expect(reports.map(({ outcome }) => outcome.type)).toEqual(['emptied']);
  expect(failed).toEqual([]);
  expect(answered).toBe(200);
  expect(sent).toBeGreaterThan(200);
  // Requests were under way when the drain began, came while the endpoint was still known, and one at SIGTERM.
  expect(said.draining?.inFlight).toBeGreaterThan(1);
  expect(said.ended?.servedDraining).toBeGreaterThan(Number(said.draining?.inFlight));
  expect(said.sigterm?.inFlight).toBe(1);
  expect(said.ended?.inFlight).toBe(0);
}, 180_000);

test('without the hook the same node loses requests: those whose clients still know its endpoint', async () => {
  const { failed } = await interruptUnderLoad(
    'without-hook',
    await manifest('without-hook', ({ lifecycle: _, ...rest }) => rest),
    3_000,
  );
  expect(failed.length).toBeGreaterThan(0);
}, 180_000);
