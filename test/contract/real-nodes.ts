import { ApiException, type CoreV1Api, type V1Node } from '@kubernetes/client-node';
import { vi } from 'vitest';
import type { Taint } from '../../functions/cluster/objects.ts';
import type { createNames, NodeOptions } from './lab.ts';

/** Whether kubelets and controllers run, or the lab plays them. */
export type Kubelets = 'real' | 'played';

/** Named, labelled and annotated as a kubelet registers itself; not ready yet, as admission taints it. */
export async function createNode(core: CoreV1Api, names: ReturnType<typeof createNames>): Promise<string> {
  const name = names.next('node');
  const metadata = {
    name,
    labels: { 'kubernetes.io/hostname': name },
    annotations: { 'node.alpha.kubernetes.io/ttl': '0' },
  };
  const spec = { providerID: `aws:///us-east-2a/${names.nextInstance()}` };
  const resources = { cpu: '64', memory: '256Gi', pods: '110', 'nvidia.com/gpu': '8' };
  await core.createNode({
    body: { metadata, spec, status: { allocatable: resources, capacity: resources } },
  });
  return name;
}

/** Resolves when the node is ready and nothing says otherwise. */
export async function reportReady(core: CoreV1Api, name: string, kubelets: Kubelets): Promise<void> {
  if (kubelets === 'real') {
    const isReady = async () => {
      const { spec, status } = await core.readNode({ name });
      const ready = status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True');
      return ready && spec?.taints === undefined;
    };
    return void (await vi.waitUntil(isReady, { timeout: 30_000 }));
  }
  const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady' };
  const body = [{ op: 'add', path: '/status/conditions', value: [ready] }];
  await core.patchNodeStatus({ name, body });
  await core.patchNode({ name, body: [{ op: 'remove', path: '/spec/taints' }] });
}

export async function furnishNode(
  core: CoreV1Api,
  name: string,
  { labels = {}, taints, unschedulable }: NodeOptions,
): Promise<void> {
  await changeNode(core, name, (node) => ({
    ...node,
    metadata: { ...node.metadata, labels: { ...node.metadata?.labels, ...labels } },
    spec: {
      ...node.spec,
      ...(taints && { taints: taints.map(toV1Taint) }),
      ...(unschedulable && { unschedulable }),
    },
  }));
}

export async function changeTaints(
  core: CoreV1Api,
  name: string,
  change: (taints: readonly Taint[]) => readonly Taint[],
): Promise<void> {
  await changeNode(core, name, (node) => {
    const taints = change((node.spec?.taints ?? []).map(fromV1Taint));
    return { ...node, spec: { ...node.spec, taints: taints.map(toV1Taint) } };
  });
}

/** The whole object back, as controllers do it: a conflict when somebody else was faster. */
async function changeNode(core: CoreV1Api, name: string, change: (node: V1Node) => V1Node): Promise<void> {
  try {
    const body = change(await core.readNode({ name }));
    await core.replaceNode({ name, body, fieldManager: 'somebody-else' });
  } catch (error) {
    if (error instanceof ApiException && error.code === 409) return changeNode(core, name, change);
    throw error;
  }
}

type V1Taint = NonNullable<NonNullable<V1Node['spec']>['taints']>[number];

function toV1Taint({ timeAdded, ...taint }: Taint): V1Taint {
  return { ...taint, ...(timeAdded && { timeAdded: new Date(timeAdded) }) };
}

function fromV1Taint({ key, value, effect, timeAdded }: V1Taint): Taint {
  return {
    key,
    effect: effect === 'NoExecute' || effect === 'PreferNoSchedule' ? effect : 'NoSchedule',
    ...(value !== undefined && { value }),
    ...(timeAdded && { timeAdded: timeAdded.toISOString() }),
  };
}
