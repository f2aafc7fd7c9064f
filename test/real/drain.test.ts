import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ReplayResult } from '../../cli/replay/result.ts';
import { startSimulatedKubelet } from '../../controlplane/kubelet-stand-in.ts';
import { runHere } from '../cli/run-here.ts';
import { startTestPlane, type TestPlane } from '../support/control-plane.ts';

const node = 'ip-10-0-0-11';
const namespace = 'inference';
const sample = 'events/spot-interruption-terminate.json';

let plane: TestPlane;
let kubelet: ReturnType<typeof startSimulatedKubelet>;

beforeAll(async () => {
  plane = await startTestPlane();
  await plane.apply(fleet());
  kubelet = startSimulatedKubelet(plane.core, namespace);
}, 60_000);

afterAll(async () => {
  await kubelet.stop();
  await plane.close();
});

const pods = ['web-1', 'web-2', 'web-3'];

function fleet(): string {
  return `
apiVersion: v1
kind: Node
metadata:
  name: ${node}
  labels: { eks.amazonaws.com/nodegroup: gpu }
  annotations: { node.alpha.kubernetes.io/ttl: '0' }
spec: { providerID: 'aws:///us-east-2a/i-0aaaaaaaaaaaaaaa1', taints: [{ key: nvidia.com/gpu, effect: NoSchedule }] }
---
apiVersion: v1
kind: Namespace
metadata: { name: ${namespace} }
${pods.map(podOf).join('')}`;
}

function podOf(name: string): string {
  const owner = "{ apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: '1111', controller: true }";
  return `---
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: ${namespace}, ownerReferences: [${owner}] }
spec:
  nodeName: ${node}
  terminationGracePeriodSeconds: 10
  tolerations: [{ operator: Exists }]
  containers: [{ name: main, image: none }]
`;
}

async function replay(...args: string[]): Promise<{ code: number; result: ReplayResult }> {
  const { code, stdout } = await runHere(
    {},
    'replay',
    '--json',
    sample,
    '--kubeconfig',
    plane.responderKubeconfig,
    ...args,
  );
  return { code, result: JSON.parse(stdout) as ReplayResult };
}

test('a real API server validates the whole plan in a dry run and stores nothing of it', async () => {
  const { code, result } = await replay();
  expect(code).toBe(0);
  expect(result.interruptions[0]?.pods.map(({ outcome }) => outcome)).toEqual(Array(3).fill('would-evict'));
  const { spec, metadata } = await plane.core.readNode({ name: node });
  expect(spec?.unschedulable).toBeUndefined();
  expect(metadata?.annotations?.['spot-responder/cordon']).toBeUndefined();
});

test('with exactly our rules and policies a real node is cordoned in one patch and emptied', async () => {
  const { code, result } = await replay('--execute');
  expect(code).toBe(0);
  expect(result.interruptions[0]?.outcome.type).toBe('emptied');
  expect(result.requests).toMatchObject({ 'patch nodes': 1, 'create pods/eviction': 3 });
  const { spec } = await plane.core.readNode({ name: node });
  expect(spec?.unschedulable).toBe(true);
  expect(spec?.taints?.map(({ key }) => key)).toEqual(
    expect.arrayContaining(['nvidia.com/gpu', 'spot-responder/interruption']),
  );
});

test('kubectl describe tells what became of the node and of its pods', async () => {
  const describe = async (...what: string[]) => {
    const kubeconfig = await plane.kubeconfigFor('admin');
    const kubectl = join(plane.binaries, 'kubectl');
    return (await execa(kubectl, ['--kubeconfig', kubeconfig, ...what])).stdout;
  };
  const ofNode = await describe('describe', 'node', node);
  expect(ofNode).toMatch(/Warning +InterruptionReceived .*spot-responder +spot-interruption \(terminate\)/);
  expect(ofNode).toMatch(/Normal +Cordoned .*spot-responder +Takes no new pods/);
  expect(ofNode).toMatch(/Normal +InterruptionHandled .*spot-responder +spot-interruption ended as emptied/);
  const ofPods = await describe('get', 'events', '-n', namespace, '--field-selector', 'reason=Evicted');
  for (const pod of pods)
    expect(ofPods).toMatch(new RegExp(`Normal +Evicted +pod/${pod} +Evicted from node`));
});
