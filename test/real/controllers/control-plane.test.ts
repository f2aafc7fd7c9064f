import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readAuditLog } from '../../../controlplane/audit.ts';
import { STOPS_AFTER } from '../../../controlplane/kwok-stages.ts';
import { startTestPlane, type TestPlane } from '../../support/control-plane.ts';

let plane: TestPlane;

beforeAll(async () => {
  plane = await startTestPlane({ controllers: true });
  await plane.apply(`
apiVersion: v1
kind: Node
metadata: { name: node-1 }
spec: { providerID: 'aws:///us-east-2a/i-0aaaaaaaaaaaaaaa1' }
status: { allocatable: { cpu: '4', memory: 8Gi, pods: '110' }, capacity: { cpu: '4', memory: 8Gi, pods: '110' } }
---
apiVersion: batch/v1
kind: Job
metadata: { name: train, namespace: default }
spec:
  template:
    metadata: { annotations: { ${STOPS_AFTER}: '1' } }
    spec: { restartPolicy: Never, containers: [{ name: main, image: none }] }
`);
}, 120_000);

afterAll(() => plane.close());

const pods = async () => (await plane.core.listNamespacedPod({ namespace: 'default' })).items;

test('a pod of a Job runs on a simulated node, fails when it is deleted, and the Job starts another', async () => {
  const [first] = await vi.waitUntil(async () => running(await pods()), { timeout: 30_000 });
  expect(first?.spec?.nodeName).toBe('node-1');
  await plane.core.deleteNamespacedPod({ name: first?.metadata?.name ?? '', namespace: 'default' });
  const [second] = await vi.waitUntil(
    async () => running((await pods()).filter(({ metadata }) => metadata?.uid !== first?.metadata?.uid)),
    { timeout: 30_000 },
  );
  expect(second?.spec?.nodeName).toBe('node-1');
}, 90_000);

test('what etcd holds outlives the API server, and each request is in the audit log under its user', async () => {
  await plane.restartApiServer();
  const cluster = await plane.connectAsResponder();
  expect((await cluster.getNode('node-1'))?.providerId).toBe('aws:///us-east-2a/i-0aaaaaaaaaaaaaaa1');
  const requests = await readAuditLog(plane.auditLog);
  const ours = requests.filter(({ user }) => user.includes('assumed-role/SpotResponder'));
  expect(ours.map(({ verb, resource, name, code }) => ({ verb, resource, name, code }))).toContainEqual({
    verb: 'get',
    resource: 'nodes',
    name: 'node-1',
    code: 200,
  });
}, 60_000);

function running<T extends { status?: { phase?: string } }>(items: readonly T[]): readonly T[] | false {
  const found = items.filter(({ status }) => status?.phase === 'Running');
  return found.length > 0 && found;
}
