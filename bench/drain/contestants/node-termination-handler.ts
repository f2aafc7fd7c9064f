import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreV1Api, KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node';
import type { ControlPlane } from '../../../controlplane/control-plane.ts';
import type { Arena, Contestant, Ready } from '../contestant.ts';
import { openCostMeter } from '../cost.ts';
import { eventsFor } from './spot-responder.ts';

const ACCOUNT = 'node-termination-handler';
const START_MS = 3_000;

/** AWS Node Termination Handler in queue mode, already running when the messages arrive. Needs root: see `launch`. */
export const nodeTerminationHandler: Contestant = {
  name: 'node termination handler',
  isUser: (user) => user === `system:serviceaccount:kube-system:${ACCOUNT}`,
  prepare: async (arena: Arena): Promise<Ready> => {
    const folder = await mkdtemp(join(tmpdir(), 'nth-'));
    await writeFile(join(folder, 'token'), await createAccount(arena.plane));
    await writeFile(join(folder, 'ca.crt'), arena.plane.caPem);
    const child = launch(arena, folder);
    await new Promise((resolve) => setTimeout(resolve, START_MS));
    if (child.exitCode !== null) throw new Error(`nth ended at its start with ${child.exitCode}`);
    const meter = openCostMeter();
    meter.add(child.pid ?? 0);
    return {
      drain: async () => {
        meter.reset();
        await arena.aws.send(eventsFor(arena.doomed).map((event) => JSON.stringify(event)));
        await once(child, 'exit');
      },
      cost: () => meter.read(),
      close: async () => {
        meter.stop();
        const ended = once(child, 'exit');
        child.kill('SIGKILL');
        await ended;
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
};

/** A cluster administrator, so that no missing permission slows it down. */
async function createAccount(plane: ControlPlane): Promise<string> {
  const admin = new KubeConfig();
  admin.loadFromFile(await plane.kubeconfigFor('admin'));
  const objects = KubernetesObjectApi.makeApiClient(admin);
  const subject = { kind: 'ServiceAccount', name: ACCOUNT, namespace: 'kube-system' };
  await objects.create({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: ACCOUNT, namespace: 'kube-system' },
  });
  await objects.create({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: ACCOUNT },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [subject],
  } as Parameters<typeof objects.create>[0]);
  const { status } = await admin.makeApiClient(CoreV1Api).createNamespacedServiceAccountToken({
    name: ACCOUNT,
    namespace: 'kube-system',
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: [] } },
  });
  return status?.token ?? '';
}

/**
 * It knows its cluster only by the files that a pod has, at a fixed place: it gets them in a mount namespace of its
 * own, where `/run` is an empty file system.
 */
function launch({ aws, plane, server }: Arena, folder: string) {
  const place = '/var/run/secrets/kubernetes.io/serviceaccount';
  const script = `mount -t tmpfs tmpfs /run && mkdir -p ${place} && cp ${folder}/* ${place}/ && exec ${plane.binaries}/nth`;
  const { hostname, port } = new URL(server);
  return spawn('unshare', ['--mount', 'sh', '-c', script], {
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
      NODE_NAME: 'controller',
      AWS_REGION: 'us-east-2',
      AWS_ENDPOINT: aws.queueEndpoint,
      AWS_ACCESS_KEY_ID: 'AKIAEMBEDDED',
      AWS_SECRET_ACCESS_KEY: 'embedded',
      AWS_EC2_METADATA_DISABLED: 'true',
      ENABLE_SQS_TERMINATION_DRAINING: 'true',
      QUEUE_URL: aws.queueUrl,
      CHECK_TAG_BEFORE_DRAINING: 'false',
      ENABLE_PROBES_SERVER: 'false',
      ENABLE_PROMETHEUS_SERVER: 'false',
    },
  });
}
