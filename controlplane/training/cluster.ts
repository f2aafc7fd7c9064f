import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatchV1Api,
  CoreV1Api,
  type KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  loadAllYaml,
  type V1Job,
  type V1Pod,
} from '@kubernetes/client-node';
import { systemClock } from '../../functions/clock.ts';
import { connectFromKubeconfig } from '../../functions/cluster/kubeconfig-connection.ts';
import { openAdmin } from '../admin.ts';
import { startControlPlane } from '../control-plane.ts';
import { applyYaml, enrol } from '../enrol.ts';
import { nodeObject, type SpotNode, spotNode } from '../fleet/nodes.ts';
import { namespaceObject } from '../fleet/workloads.ts';
import { type Kubelet, startKubelet } from '../kubelet/kubelet.ts';
import { boundClaim } from './bound-claim.ts';
import { TRAIN_IMAGE } from './manifest.ts';

const NAMESPACE = 'training';

/** A real control plane whose nodes run the containers of training Jobs as processes of this machine. */
export interface TrainingCluster {
  /** Of a user of the responder's group, held to `infra/k8s/`. */
  readonly responderKubeconfig: string;
  /** Stands for the claim `checkpoints` of the example manifests. */
  readonly checkpoints: string;
  addNode(): Promise<SpotNode>;
  removeNode(name: string): Promise<void>;
  submit(objects: readonly KubernetesObject[]): Promise<void>;
  job(name: string): Promise<V1Job>;
  /** Deletes the Job and its pods, and waits until they are gone. */
  remove(job: string): Promise<void>;
  pods(job: string): Promise<V1Pod[]>;
  /** What a pod has printed so far; also when it is gone. */
  logOf(pod: V1Pod): Promise<string>;
  close(): Promise<void>;
}

/** `environment`: what the programs of the training image get. Closed, it leaves nothing behind. */
export async function startTrainingCluster(
  environment: Readonly<Record<string, string>>,
): Promise<TrainingCluster> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'training-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const checkpoints = await mkdtemp(join(folder, 'checkpoints-'));
  const plane = await startControlPlane({
    controllers: true,
    simulatedKubelets: false,
    // It gives pods their service account's token; control planes of this room leave it out by default.
    flags: { 'disable-admission-plugins': null },
  });
  stack.defer(plane.close);
  const responderKubeconfig = await plane.kubeconfigFor('responder', ['spot-responder']);
  const admin = openAdmin(await plane.kubeconfigFor('admin'));
  await enrol(admin, await connectFromKubeconfig({ path: responderKubeconfig, clock: systemClock }));
  await prepareNamespace(admin);
  const kubelet = await startKubelet({
    admin,
    caPem: plane.caPem,
    folder,
    images: { [TRAIN_IMAGE]: environment },
    claims: { checkpoints },
  });
  stack.defer(kubelet.close);
  const jobs = jobsOf(admin, kubelet);
  const account = new URL('../../examples/manifests/trainer-account.yaml', import.meta.url);
  await jobs.submit(loadAllYaml(await readFile(account, 'utf8')));
  const closing = stack.move();
  const close = () => closing.disposeAsync();
  return { responderKubeconfig, checkpoints, ...nodesOf(admin, kubelet), ...jobs, close };
}

async function prepareNamespace(admin: KubeConfig): Promise<void> {
  await admin.makeApiClient(CoreV1Api).createNamespace({ body: namespaceObject(NAMESPACE) });
  await applyYaml(admin, boundClaim(NAMESPACE));
}

function nodesOf(admin: KubeConfig, kubelet: Kubelet): Pick<TrainingCluster, 'addNode' | 'removeNode'> {
  let count = 0;
  return {
    addNode: async () => {
      count += 1;
      const node = spotNode(count);
      const object = nodeObject(node);
      const resources = { ...object.status?.allocatable, 'nvidia.com/gpu': '8' };
      await kubelet.addNode({ ...object, status: { capacity: resources, allocatable: resources } });
      return node;
    },
    removeNode: async (name) => void (await admin.makeApiClient(CoreV1Api).deleteNode({ name })),
  };
}

type Jobs = Pick<TrainingCluster, 'job' | 'logOf' | 'pods' | 'remove' | 'submit'>;

function jobsOf(admin: KubeConfig, kubelet: Kubelet): Jobs {
  const namespace = NAMESPACE;
  const objects = KubernetesObjectApi.makeApiClient(admin);
  const batch = admin.makeApiClient(BatchV1Api);
  const core = admin.makeApiClient(CoreV1Api);
  const pods = async (job: string) => {
    const labelSelector = `batch.kubernetes.io/job-name=${job}`;
    return (await core.listNamespacedPod({ namespace, labelSelector })).items;
  };
  return {
    pods,
    submit: async (all) => {
      for (const object of all)
        await objects.create({ ...object, metadata: { ...object.metadata, namespace } });
    },
    job: (name) => batch.readNamespacedJob({ name, namespace }),
    remove: async (name) => {
      await batch.deleteNamespacedJob({ name, namespace, propagationPolicy: 'Foreground' });
      while ((await jobNames()).includes(name)) await systemClock.sleep(200);
    },
    logOf: ({ metadata }) => kubelet.logOf(metadata?.uid ?? ''),
  };

  async function jobNames(): Promise<readonly (string | undefined)[]> {
    return (await batch.listNamespacedJob({ namespace })).items.map(({ metadata }) => metadata?.name);
  }
}
