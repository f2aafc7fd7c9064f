import { ApiException, type CoreV1Api, type V1Pod } from '@kubernetes/client-node';
import { vi } from 'vitest';
import { STOPS_AFTER } from '../../controlplane/kwok-stages.ts';
import type { ClusterNode, PodRef } from '../../functions/cluster/objects.ts';
import type { PodOptions, StoredPod } from './lab.ts';
import type { Kubelets } from './real-nodes.ts';

/** Bound to the node without a scheduler, and in the state that the options ask for. */
export async function createPod(
  core: CoreV1Api,
  node: ClusterNode,
  options: PodOptions & { readonly name: string },
  kubelets: Kubelets,
): Promise<void> {
  const { namespace = 'default', phase = 'Running', ready = true } = options;
  const { metadata } = await core.createNamespacedPod({ namespace, body: podOf(node, options, kubelets) });
  const pod = { namespace, name: metadata?.name ?? '', uid: metadata?.uid ?? '' };
  if (kubelets === 'real') await untilRunning(core, pod);
  const asTheyAre = phase === 'Pending' || (kubelets === 'real' && phase === 'Running' && ready);
  if (!asTheyAre) await reportPod(core, pod, { phase, ready });
}

/** As a kubelet reports it. */
export async function reportPod(
  core: CoreV1Api,
  { namespace, name }: PodRef,
  { phase, ready }: { readonly phase: string; readonly ready: boolean },
): Promise<void> {
  const status = phase === 'Running' && ready ? 'True' : 'False';
  const body = [
    { op: 'add', path: '/status/phase', value: phase },
    {
      op: 'add',
      path: '/status/conditions',
      value: ['ContainersReady', 'Ready'].map((type) => ({ type, status })),
    },
  ];
  await core.patchNamespacedPodStatus({ namespace, name, body });
}

export async function readPod(core: CoreV1Api, { namespace, name }: PodRef): Promise<StoredPod | undefined> {
  try {
    return toStoredPod(await core.readNamespacedPod({ namespace, name }));
  } catch (error) {
    if (error instanceof ApiException && error.code === 404) return undefined;
    throw error;
  }
}

function podOf(
  { name: nodeName }: ClusterNode,
  options: PodOptions & { readonly name: string },
  kubelets: Kubelets,
): V1Pod {
  const {
    name,
    labels = {},
    annotations,
    owner,
    graceSeconds,
    priorityClassName,
    emptyDir,
    gpus = 0,
  } = options;
  const quantity = { 'nvidia.com/gpu': String(gpus) };
  // A kubelet that runs may not stop the pod before a case says so.
  const patience = kubelets === 'real' ? { [STOPS_AFTER]: '3600' } : {};
  return {
    metadata: {
      name,
      labels: { ...labels },
      annotations: { ...annotations, ...patience },
      ...(owner && { ownerReferences: [{ ...owner, uid: `uid-of-${owner.name}`, controller: true }] }),
    },
    spec: {
      nodeName,
      containers: [{ name: 'main', image: 'none', ...(gpus > 0 && { resources: { limits: quantity } }) }],
      ...(emptyDir && { volumes: [{ name: 'scratch', emptyDir: {} }] }),
      ...(graceSeconds !== undefined && { terminationGracePeriodSeconds: graceSeconds }),
      ...(priorityClassName && { priorityClassName }),
    },
  };
}

async function untilRunning(core: CoreV1Api, { namespace, name }: PodRef): Promise<void> {
  const isRunning = async () =>
    (await core.readNamespacedPod({ namespace, name })).status?.phase === 'Running';
  await vi.waitUntil(isRunning, { timeout: 30_000 });
}

function toStoredPod({ metadata = {}, spec, status }: V1Pod): StoredPod {
  const { uid = '', labels = {}, annotations = {}, deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  return {
    uid,
    labels,
    annotations,
    image: spec?.containers[0]?.image ?? '',
    graceSeconds: spec?.terminationGracePeriodSeconds ?? 0,
    conditions: (status?.conditions ?? []).map(({ type, status, reason, message }) => ({
      type,
      status,
      ...(reason !== undefined && { reason }),
      ...(message !== undefined && { message }),
    })),
    ...(deletionTimestamp && { deletionTimestamp }),
    ...(deletionGracePeriodSeconds !== undefined && { deletionGracePeriodSeconds }),
  };
}
