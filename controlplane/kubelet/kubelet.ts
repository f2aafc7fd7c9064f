import {
  CoreV1Api,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  type V1Node,
  type V1Pod,
} from '@kubernetes/client-node';
import { podAddress } from './address.ts';
import type { KubeletOptions } from './options.ts';
import { type PodRun, startPod } from './pod-run.ts';

export interface Kubelet {
  /** Registers a node, Ready, whose pods run here. */
  addNode(node: V1Node): Promise<void>;
  /** What the container of a pod has written so far, by the pod's UID. */
  logOf(uid: string): Promise<string>;
  /** Kills every container. The pods keep the status they had. */
  close(): Promise<void>;
}

/**
 * Stands in for the kubelets of all its nodes: each pod's container is a process of this machine.
 *
 * Like a kubelet, it
 * - writes downward-API files, swaps them by a link about a second after a change, and lets them be once the pod is
 *   terminating; projects the pod's own service-account token; expands `$(VAR)` and field references;
 * - asks the readiness probe, also of a pod that is ending, so that the pod leaves its Services;
 * - on deletion runs the preStop hook, then sends SIGTERM to the command alone, and when the grace is over (a shorter one
 *   when told later) kills all that the container runs; reports the exit code and the phase, and only then lets the API
 *   server forget the pod.
 *
 * Unlike a kubelet, it
 * - has no images, cgroups or namespaces: processes see this machine's files and network. As in a HostProcess container a
 *   pod's mounts lie below `$CONTAINER_SANDBOX_MOUNT_POINT`, and it listens at `$POD_ADDRESS`, not at localhost; names of
 *   Services do not resolve;
 * - runs one container a pod and never restarts it: no init containers, other probes, resources or eviction of its own;
 * - renews no lease and knows a few volumes only (see `volumes.ts`). What it cannot run fails with the reason.
 */
export async function startKubelet(options: KubeletOptions): Promise<Kubelet> {
  const core = options.admin.makeApiClient(CoreV1Api);
  const nodes = new Set<string>();
  const runs = new Map<string, PodRun>();
  const given = { ...options, core, refreshMs: options.refreshMs ?? 1_000 };
  const see = (pod: V1Pod) => {
    const uid = pod.metadata?.uid ?? '';
    if (!nodes.has(pod.spec?.nodeName ?? '')) return;
    const run = runs.get(uid);
    if (run) run.changed(pod);
    else runs.set(uid, startPod({ ...given, address: podAddress(runs.size + 1) }, pod));
  };
  const informer = makeInformer(options.admin, '/api/v1/pods', () => core.listPodForAllNamespaces());
  informer.on('add', see);
  informer.on('update', see);
  informer.on('delete', (pod) => runs.get(pod.metadata?.uid ?? '')?.kill());
  let isClosed = false;
  informer.on('error', () => {
    // The stream ends now and then; a new list shows what was missed.
    if (!isClosed) setTimeout(() => void informer.start(), 500);
  });
  await informer.start();
  return {
    addNode: async (node) => {
      nodes.add(node.metadata?.name ?? '');
      await core.createNode({ body: node });
      await reportReady(core, node);
    },
    logOf: async (uid) => (await runs.get(uid)?.log()) ?? '',
    close: async () => {
      isClosed = true;
      await informer.stop();
      for (const run of runs.values()) run.kill();
      await Promise.all([...runs.values()].map(({ ended }) => ended));
    },
  };
}

async function reportReady(core: CoreV1Api, { metadata }: V1Node): Promise<void> {
  const condition = { type: 'Ready', status: 'True', reason: 'KubeletReady', lastHeartbeatTime: new Date() };
  await core.patchNodeStatus(
    { name: metadata?.name ?? '', body: { status: { conditions: [condition] } } },
    setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
  );
}
