import { ApiextensionsV1Api, CustomObjectsApi, type KubernetesObject } from '@kubernetes/client-node';
import { vi } from 'vitest';
import { applyYaml } from '../../controlplane/enrol.ts';
import { ZONE } from '../../controlplane/fleet/nodes.ts';
import type { TestPlane } from './control-plane.ts';

/** As much of Karpenter's v1 API as is read of it; fields that nobody reads are kept as they come. */
const CRDS = [
  ['nodepools', 'NodePool'],
  ['nodeclaims', 'NodeClaim'],
]
  .map(
    ([plural, kind]) => `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: ${plural}.karpenter.sh }
spec:
  group: karpenter.sh
  scope: Cluster
  names: { kind: ${kind}, plural: ${plural}, singular: ${kind?.toLowerCase()} }
  versions:
    - name: v1
      served: true
      storage: true
      subresources: { status: {} }
      schema:
        openAPIV3Schema:
          type: object
          required: [spec]
          properties:
            spec: { type: object, x-kubernetes-preserve-unknown-fields: true }
            status: { type: object, x-kubernetes-preserve-unknown-fields: true }
`,
  )
  .join('---');

/** Karpenter's kinds, served when this resolves; Karpenter itself is not there. */
export async function addKarpenter({ admin }: TestPlane): Promise<void> {
  await applyYaml(admin, CRDS);
  const definitions = admin.makeApiClient(ApiextensionsV1Api);
  await vi.waitUntil(
    async () => {
      const { items } = await definitions.listCustomResourceDefinition();
      return items.every(({ status }) =>
        status?.conditions?.some((each) => each.type === 'Established' && each.status === 'True'),
      );
    },
    { timeout: 30_000, interval: 50 },
  );
}

/** Its nodes are labelled as the pool's. */
export function nodePool(pool: string): KubernetesObject {
  const metadata = { labels: { 'spot-responder/pool': pool } };
  return object('NodePool', pool, { spec: { template: { metadata, spec: {} } } });
}

/** As Karpenter makes one for pods that need so many GPUs, before it has asked EC2. */
export async function claim(plane: TestPlane, pool: string, name: string, gpus: number): Promise<void> {
  await plane.create(
    object('NodeClaim', name, {
      metadata: { name, labels: { 'karpenter.sh/nodepool': pool, 'spot-responder/pool': pool } },
      spec: { resources: { requests: { 'nvidia.com/gpu': String(gpus) } } },
    }),
  );
}

/** Its instance boots. */
export async function launchClaim(
  { admin }: TestPlane,
  name: string,
  instanceId: string,
  at: Date,
): Promise<void> {
  const conditions = [
    {
      type: 'Launched',
      status: 'True',
      reason: 'Launched',
      message: '',
      lastTransitionTime: at.toISOString(),
    },
    { type: 'Registered', status: 'Unknown', reason: 'NodeNotFound', lastTransitionTime: at.toISOString() },
  ];
  const status = {
    providerID: `aws:///${ZONE}/${instanceId}`,
    capacity: { cpu: '48', 'nvidia.com/gpu': '4' },
    conditions,
  };
  const body = [{ op: 'add', path: '/status', value: status }];
  await admin.makeApiClient(CustomObjectsApi).patchClusterCustomObjectStatus({ ...CLAIMS, name, body });
}

/** EC2 has no capacity: the claim is gone, and an Event tells why. */
export async function denyClaim({ admin, core }: TestPlane, name: string, at: Date): Promise<void> {
  await admin.makeApiClient(CustomObjectsApi).deleteClusterCustomObject({ ...CLAIMS, name });
  await core.createNamespacedEvent({
    namespace: 'default',
    body: {
      metadata: { name: `${name}.18a`, namespace: 'default' },
      involvedObject: { apiVersion: 'karpenter.sh/v1', kind: 'NodeClaim', name },
      type: 'Warning',
      reason: 'InsufficientCapacityError',
      message: `NodeClaim ${name} event: all requested instance types were unavailable during launch`,
      firstTimestamp: at,
      lastTimestamp: at,
      count: 1,
      source: { component: 'karpenter' },
    },
  });
}

const CLAIMS = { group: 'karpenter.sh', version: 'v1', plural: 'nodeclaims' };

function object(kind: string, name: string, parts: object): KubernetesObject {
  return { apiVersion: 'karpenter.sh/v1', kind, metadata: { name }, ...parts };
}
