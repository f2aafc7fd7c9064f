import { expect, test } from 'vitest';
import { evict, only, patchNode, startTwoNodes } from './api.ts';

const WEB = { kind: 'Deployment', namespace: 'shop', name: 'web' } as const;

test("a Deployment's pod is replaced at once on a node that takes it, and is ready in time", async () => {
  const { cluster, clock } = await startTwoNodes();
  const pod = only(
    cluster.addWorkload({ ...WEB, nodes: ['node-a'], readyAfterSeconds: 3, stopsAfterSeconds: 4 }),
  );
  await patchNode(cluster, 'node-a', [{ op: 'add', path: '/spec/unschedulable', value: true }]);
  await evict(cluster, pod);
  const replacement = () => only(cluster.pods().filter((each) => each.metadata.uid !== pod.metadata.uid));
  expect(replacement()).toMatchObject({ spec: { nodeName: 'node-b' }, status: { phase: 'Pending' } });
  await clock.advance(3_000);
  expect(replacement().status.conditions).toContainEqual(
    expect.objectContaining({ type: 'Ready', status: 'True' }),
  );
  expect(replacement().metadata.ownerReferences).toMatchObject([{ kind: 'ReplicaSet', controller: true }]);
});

test("a StatefulSet's pod returns under its name with a new UID, after the old one is gone", async () => {
  const { cluster, clock } = await startTwoNodes();
  const pod = only(cluster.addWorkload({ ...WEB, kind: 'StatefulSet', nodes: ['node-a'] }));
  await evict(cluster, pod);
  expect(cluster.pods()).toHaveLength(1);
  await clock.advance(5_000);
  const { metadata } = only(cluster.pods());
  expect(metadata.name).toBe('web-0');
  expect(metadata.uid).not.toBe(pod.metadata.uid);
});

test("a DaemonSet's pod returns on its cordoned node", async () => {
  const { cluster, clock } = await startTwoNodes();
  const pod = only(cluster.addWorkload({ ...WEB, kind: 'DaemonSet', nodes: ['node-a'] }));
  await patchNode(cluster, 'node-a', [{ op: 'add', path: '/spec/unschedulable', value: true }]);
  await evict(cluster, pod);
  await clock.advance(5_000);
  expect(only(cluster.pods()).spec.nodeName).toBe('node-a');
});

test('a pod waits for a node with free GPUs', async () => {
  const { cluster } = await startTwoNodes();
  cluster.addNode({ name: 'gpu-a', instanceId: 'i-0ga', zone: 'us-east-2a', gpus: 8 });
  cluster.addWorkload({ ...WEB, kind: 'Job', name: 'train', nodes: ['gpu-a'], gpus: 8 });
  cluster.removeNode('gpu-a');
  expect(only(cluster.pods()).spec.nodeName).toBeUndefined();
  cluster.addNode({ name: 'gpu-b', instanceId: 'i-0gb', zone: 'us-east-2a', gpus: 8 });
  expect(only(cluster.pods()).spec.nodeName).toBe('gpu-b');
});

test('a mirror pod names its node as owner', async () => {
  const { cluster } = await startTwoNodes();
  const pod = cluster.addMirrorPod({ namespace: 'kube-system', name: 'proxy-node-a', node: 'node-a' });
  expect(pod.metadata.annotations).toHaveProperty(['kubernetes.io/config.mirror']);
  expect(pod.metadata.ownerReferences).toMatchObject([{ kind: 'Node', name: 'node-a' }]);
});
