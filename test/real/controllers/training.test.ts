import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CoreV1Api, loadAllYaml, type V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAll } from '../../../controlplane/fleet/create.ts';
import { nodeObject, spotNode } from '../../../controlplane/fleet/nodes.ts';
import { namespaceObject } from '../../../controlplane/fleet/workloads.ts';
import { boundClaim } from '../../../controlplane/training/bound-claim.ts';
import { startTestPlane, type TestPlane } from '../../support/control-plane.ts';
import { JOB_SET_CRD } from './job-set-crd.ts';

const run = promisify(execFile);
const namespace = 'training';
const REQUEST = 'spot-responder/checkpoint-request';

let plane: TestPlane;
let admin: string;

beforeAll(async () => {
  plane = await startTestPlane({ controllers: true });
  admin = await plane.kubeconfigFor('kubectl');
  const gpus = { 'nvidia.com/gpu': '8' };
  const nodes = [1, 2, 3, 4].map((number) => {
    const node = nodeObject(spotNode(number));
    const resources = { ...node.status?.allocatable, ...gpus };
    return { ...node, status: { capacity: resources, allocatable: resources } };
  });
  await createAll(plane.admin, [namespaceObject(namespace), ...nodes]);
  await plane.apply(boundClaim(namespace));
  await apply('trainer-account.yaml');
}, 120_000);

afterAll(() => plane.close());

/** As the manifest's header tells users to, and with every field checked. */
function apply(file: string, ...flags: string[]) {
  return kubectl('apply', '--validate=strict', '-f', manifest(file), ...flags);
}

function manifest(file: string): string {
  return fileURLToPath(new URL(`../../../examples/manifests/${file}`, import.meta.url));
}

async function kubectl(...args: string[]): Promise<string> {
  const { stdout } = await run(join(plane.binaries, 'kubectl'), [
    `--kubeconfig=${admin}`,
    '-n',
    namespace,
    ...args,
  ]);
  return stdout.trim();
}

async function podsOf(job: string): Promise<V1Pod[]> {
  const labelSelector = `batch.kubernetes.io/job-name=${job}`;
  return (await plane.core.listNamespacedPod({ namespace, labelSelector })).items;
}

async function untilRunning(job: string, count: number): Promise<V1Pod[]> {
  for (;;) {
    const running = (await podsOf(job)).filter(
      ({ metadata, status }) => status?.phase === 'Running' && !metadata?.deletionTimestamp,
    );
    if (running.length === count) return running;
    await pause();
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 300));

describe('the manifests', () => {
  test.each(['trainer-account.yaml', 'training-spot.yaml', 'training-gang-job.yaml'])(
    '%s is taken by a real API server, every field of it',
    async (file) => {
      expect(await apply(file, '--dry-run=server')).toContain('dry run');
    },
  );

  test('training-gang-jobset.yaml is taken where JobSet is known, and its Job by itself', async () => {
    await plane.apply(JOB_SET_CRD);
    await kubectl('wait', '--for=condition=Established', 'crd/jobsets.jobset.x-k8s.io', '--timeout=30s');
    expect(await apply('training-gang-jobset.yaml')).toContain('created');
    const [jobSet] = loadAllYaml(await readFile(manifest('training-gang-jobset.yaml'), 'utf8'));
    const { spec } = jobSet.spec.replicatedJobs[0].template;
    const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'child', namespace }, spec };
    const file = join(tmpdir(), `training-child-${process.pid}.json`);
    await writeFile(file, JSON.stringify(job));
    expect(await kubectl('apply', '--validate=strict', '--dry-run=server', '-f', file)).toContain('dry run');
  });
});

describe('on a real control plane', () => {
  test('a request in one patch with another image: the request is stored, the image is not', async () => {
    await apply('training-spot.yaml');
    const [pod] = await untilRunning('finetune', 1);
    const name = pod?.metadata?.name ?? '';
    const core = plane.asResponder.makeApiClient(CoreV1Api);
    const path = `/metadata/annotations/${REQUEST.replace('/', '~1')}`;
    const annotations = pod?.metadata?.annotations
      ? [{ op: 'add', path, value: '{}' }]
      : [{ op: 'add', path: '/metadata/annotations', value: { [REQUEST]: '{}' } }];
    const body = [...annotations, { op: 'replace', path: '/spec/containers/0/image', value: 'evil' }];
    await core.patchNamespacedPodStatus({ name, namespace, body });
    const after = await plane.core.readNamespacedPod({ name, namespace });
    expect(after.metadata?.annotations?.[REQUEST]).toBe('{}');
    expect(after.spec?.containers[0]?.image).toBe('registry.example.com/train:1');
  }, 60_000);
});
