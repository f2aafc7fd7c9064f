import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BatchV1Api, type V1Job, type V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { nodeObject, spotNode } from '../../../controlplane/fleet/nodes.ts';
import { type Kubelet, startKubelet } from '../../../controlplane/kubelet/kubelet.ts';
import { startTestPlane, type TestPlane } from '../../support/control-plane.ts';

const namespace = 'default';
const PATIENT = { timeout: 60_000, interval: 100 };

let plane: TestPlane;
let kubelet: Kubelet;
let batch: BatchV1Api;
let folder: string;

beforeAll(async () => {
  plane = await startTestPlane({
    controllers: true,
    simulatedKubelets: false,
    // It gives pods their service account's token; test control planes leave it out by default.
    flags: { 'disable-admission-plugins': null },
  });
  folder = await mkdtemp(join(tmpdir(), 'kubelet-'));
  batch = plane.admin.makeApiClient(BatchV1Api);
  kubelet = await startKubelet({
    admin: plane.admin,
    caPem: plane.caPem,
    folder,
    images: { shell: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` } },
    claims: {},
    refreshMs: 200,
  });
  await plane.apply(`
apiVersion: v1
kind: ServiceAccount
metadata: { name: default, namespace: default }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: own-status, namespace: default }
rules: [{ apiGroups: [''], resources: [pods/status], verbs: [patch] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: own-status, namespace: default }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: own-status }
subjects: [{ kind: ServiceAccount, name: default, namespace: default }]
`);
  await kubelet.addNode(nodeObject(spotNode(1)));
}, 120_000);

afterAll(async () => {
  await kubelet.close();
  await plane.close();
  await rm(folder, { recursive: true, force: true });
});

/** A Job whose one container runs `script` in a shell. */
async function runJob(name: string, script: string, graceSeconds = 30): Promise<void> {
  const item = { path: 'annotations', fieldRef: { fieldPath: 'metadata.annotations' } };
  const body: V1Job = {
    metadata: { name, namespace },
    spec: {
      backoffLimit: 0,
      template: {
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: graceSeconds,
          tolerations: [{ operator: 'Exists' }],
          volumes: [{ name: 'podinfo', downwardAPI: { items: [item] } }],
          containers: [
            {
              name: 'main',
              image: 'shell',
              command: ['sh', '-c', `cd "$CONTAINER_SANDBOX_MOUNT_POINT"; ${script}`],
              volumeMounts: [{ name: 'podinfo', mountPath: '/etc/podinfo' }],
            },
          ],
        },
      },
    },
  };
  await batch.createNamespacedJob({ namespace, body });
}

async function podOf(job: string): Promise<V1Pod | undefined> {
  const { items } = await plane.core.listNamespacedPod({ namespace, labelSelector: `job-name=${job}` });
  return items[0];
}

/** The pod once it is in that phase. */
function inPhase(job: string, phase: string): Promise<V1Pod> {
  const look = async () => {
    const pod = await podOf(job);
    return pod?.status?.phase === phase ? pod : undefined;
  };
  return vi.waitUntil(look, PATIENT) as Promise<V1Pod>;
}

function says(pod: V1Pod, text: string): Promise<string> {
  const look = async () => {
    const log = await kubelet.logOf(pod.metadata?.uid ?? '');
    return log.includes(text) && log;
  };
  return vi.waitUntil(look, PATIENT) as Promise<string>;
}

function condition(job: string, type: string) {
  const look = async () => {
    const { status } = await batch.readNamespacedJob({ name: job, namespace });
    return status?.conditions?.find((each) => each.type === type && each.status === 'True');
  };
  return vi.waitUntil(look, PATIENT);
}

test('the exit code decides: 0 completes the Job, another fails it', async () => {
  await runJob('good', 'exit 0');
  await runJob('bad', 'exit 3');
  await condition('good', 'Complete');
  await condition('bad', 'Failed');
  const state = (await podOf('bad'))?.status?.containerStatuses?.[0]?.state;
  expect(state?.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
}, 120_000);

test('a changed annotation reaches the file, until the pod is told to stop', async () => {
  const annotate = async (pod: V1Pod, value: string) => {
    const body = [{ op: 'add', path: '/metadata/annotations', value: { note: value } }];
    await plane.core.patchNamespacedPod({ name: pod.metadata?.name ?? '', namespace, body });
  };
  await runJob('reads', 'trap "" TERM; while sleep 0.1; do cat etc/podinfo/annotations; echo; done', 4);
  const pod = await inPhase('reads', 'Running');
  await annotate(pod, 'say "first"');
  await says(pod, String.raw`note="say \"first\""`);
  await plane.core.deleteNamespacedPod({ name: pod.metadata?.name ?? '', namespace });
  await annotate(pod, 'late');
  await condition('reads', 'Failed');
  const log = await kubelet.logOf(pod.metadata?.uid ?? '');
  expect(log).not.toContain('late');
}, 120_000);

test('SIGTERM goes to the command alone; after the grace all that it started is killed', async () => {
  await runJob('obeys', 'trap "echo told; exit 143" TERM; echo up; while sleep 0.1; do :; done');
  await runJob(
    'ignores',
    'trap "echo told" TERM; sh -c "echo up; trap \\"\\" TERM; while sleep 0.1; do :; done"',
    1,
  );
  const pods = [await inPhase('obeys', 'Running'), await inPhase('ignores', 'Running')];
  const finalizers = [{ op: 'add', path: '/metadata/finalizers/-', value: 'test/keep' }];
  for (const pod of pods) await says(pod, 'up');
  for (const { metadata } of pods) {
    const name = metadata?.name ?? '';
    await plane.core.patchNamespacedPod({ name, namespace, body: finalizers });
    await plane.core.deleteNamespacedPod({ name, namespace });
  }
  const [obeyed, ignored] = [await inPhase('obeys', 'Failed'), await inPhase('ignores', 'Failed')];
  expect(obeyed.status?.containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(143);
  expect(ignored.status?.containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(137);
  expect(await kubelet.logOf(pods[0]?.metadata?.uid ?? '')).toContain('told');
}, 120_000);

/** Patches the own pod through `pods/status`, then directly, and tells the answers. */
const PATCH_SELF = `
const { readFileSync } = require('node:fs');
const { request } = require('node:https');
const { CONTAINER_SANDBOX_MOUNT_POINT, HOSTNAME, KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT } = process.env;
const folder = CONTAINER_SANDBOX_MOUNT_POINT + '/var/run/secrets/kubernetes.io/serviceaccount/';
const file = (name) => readFileSync(folder + name, 'utf8');
const options = {
  host: KUBERNETES_SERVICE_HOST,
  port: KUBERNETES_SERVICE_PORT,
  ca: file('ca.crt'),
  method: 'PATCH',
  headers: { authorization: 'Bearer ' + file('token'), 'content-type': 'application/merge-patch+json' },
};
const send = (name) => new Promise((resolve, reject) => {
  const path = '/api/v1/namespaces/' + file('namespace') + '/pods/' + name;
  const call = request({ ...options, path }, (answer) => resolve(answer.resume().statusCode));
  call.on('error', reject).end('{"metadata":{"annotations":{"was":"here"}}}');
});
Promise.all([send(HOSTNAME + '/status'), send(HOSTNAME)]).then((codes) => console.log('codes', ...codes));
`;

test("a pod acts with its own service account's token, and with no more than its rights", async () => {
  const program = join(folder, 'acts.cjs');
  await writeFile(program, PATCH_SELF);
  await runJob('acts', `exec node ${program}`);
  const pod = await inPhase('acts', 'Succeeded');
  await condition('acts', 'Complete');
  expect(await kubelet.logOf(pod.metadata?.uid ?? '')).toContain('codes 200 403');
  expect(pod.metadata?.annotations?.was).toBe('here');
}, 120_000);

test('what it cannot run fails and says why', async () => {
  const body = (await podOf('good'))?.spec;
  const [container] = body?.containers ?? [];
  await plane.core.createNamespacedPod({
    namespace,
    body: {
      metadata: { name: 'unknown' },
      spec: {
        containers: [{ name: 'main', image: 'nowhere', command: container?.command ?? [] }],
        restartPolicy: 'Never',
        tolerations: [{ operator: 'Exists' }],
      },
    },
  });
  const failed = async () => {
    const { status } = await plane.core.readNamespacedPod({ name: 'unknown', namespace });
    return status?.message;
  };
  expect(await vi.waitUntil(failed, PATIENT)).toBe('nothing stands for the image nowhere');
}, 120_000);
