import { ApiException, CoreV1Api, KubeConfig, type V1PodSpec } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { applyManifest } from '../../../controlplane/enrol.ts';
import { systemClock } from '../../../functions/clock.ts';
import { connectFromKubeconfig } from '../../../functions/cluster/kubeconfig-connection.ts';
import type { Pod } from '../../../functions/cluster/objects.ts';
import type { ClusterPort } from '../../../functions/cluster/port.ts';
import { startTestPlane, type TestPlane } from '../../support/control-plane.ts';
import { addKarpenter, nodePool } from '../../support/karpenter.ts';

/** One node and pods on it, and the responder by both its ways in. */
export interface IdentityScene {
  readonly plane: TestPlane;
  readonly cluster: ClusterPort;
  /** The function that writes the index of nodes: a group of its own. */
  readonly index: Way;
  /** The responder past its adapter: whatever its credentials could be used for. */
  readonly me: CoreV1Api;
  newPod(spec?: Partial<V1PodSpec>): Promise<Pod>;
}

interface Way {
  readonly cluster: ClusterPort;
  readonly config: KubeConfig;
}

export const NODE = 'node-1';
export const INSTANCE = 'i-0aaaaaaaaaaaaaaa1';
export const PROVIDER_ID = `aws:///us-east-2a/${INSTANCE}`;
export const NAMESPACE = 'web';

export async function openIdentityScene(): Promise<IdentityScene> {
  const plane = await startTestPlane();
  await plane.apply(`
apiVersion: v1
kind: Node
metadata: { name: ${NODE}, labels: { pool: gpu }, annotations: { owner: ml } }
spec: { providerID: '${PROVIDER_ID}', taints: [{ key: nvidia.com/gpu, effect: NoSchedule }] }
---
apiVersion: v1
kind: Namespace
metadata: { name: ${NAMESPACE} }
`);
  await addKarpenter(plane);
  await plane.create(nodePool('t4'));
  await applyManifest(plane.admin, 'infra/k8s/placeholders.yaml');
  await applyManifest(plane.admin, 'examples/manifests/placeholders.yaml');
  const cluster = await plane.connectAsResponder();
  let pods = 0;
  return {
    plane,
    cluster,
    index: await enterAs(plane, 'spot-responder-index'),
    me: plane.asResponder.makeApiClient(CoreV1Api),
    newPod: async (spec = {}) => {
      const name = `web-${++pods}`;
      await createPod(plane, name, spec);
      const { pods: listed } = await cluster.listPodsOnNode(NODE);
      const found = listed.find((pod) => pod.name === name);
      if (!found) throw new Error(`pod ${name} is not listed`);
      return found;
    },
  };
}

async function enterAs(plane: TestPlane, group: string): Promise<Way> {
  const path = await plane.kubeconfigFor(group, [group]);
  const config = new KubeConfig();
  config.loadFromFile(path);
  return { config, cluster: await connectFromKubeconfig({ path, clock: systemClock }) };
}

/** With a label, an annotation and a condition that are none of ours. */
async function createPod({ core }: TestPlane, name: string, spec: Partial<V1PodSpec>): Promise<void> {
  const pod = {
    metadata: { name, labels: { app: 'web' }, annotations: { owner: 'ml' } },
    spec: { nodeName: NODE, containers: [{ name: 'main', image: 'none' }], ...spec },
  };
  await core.createNamespacedPod({ namespace: NAMESPACE, body: pod });
  const body = [add('/status/conditions', [{ type: 'Ready', status: 'True' }])];
  await core.patchNamespacedPodStatus({ name, namespace: NAMESPACE, body });
}

export interface PatchOperation {
  readonly op: 'add' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

export function add(path: string, value: unknown): PatchOperation {
  return { op: 'add', path, value };
}

export function remove(path: string): PatchOperation {
  return { op: 'remove', path };
}

/** Refused by one of our policies, in words that name the field. */
export async function expectRefusal(attempt: Promise<unknown>, field: string): Promise<void> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiException)) throw new Error('the server did not refuse', { cause: error });
  expect(error.code).toBe(403);
  expect(error.body).toMatch(/ValidatingAdmissionPolicy 'spot-responder-[a-z-]+' .* denied request/);
  expect(error.body).toContain(field);
}
