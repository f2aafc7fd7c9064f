import { expect, test } from 'vitest';
import { only, patchNode, send, startTwoNodes } from './api.ts';

const TAINT = { key: 'spot-responder/interruption', value: 'spot', effect: 'NoSchedule' };
const REJECTED = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'the server rejected our request due to an error in our request',
  reason: 'Invalid',
  details: {},
  code: 422,
};

test('a node is served with its provider id and with both maps', async () => {
  const { cluster } = await startTwoNodes();
  const { code, body } = await send(cluster, 'GET', '/api/v1/nodes/node-a');
  expect(code).toBe(200);
  expect(body).toMatchObject({
    kind: 'Node',
    apiVersion: 'v1',
    metadata: { name: 'node-a', labels: {}, annotations: {} },
    spec: { providerID: 'aws:///us-east-2a/i-0a' },
  });
});

test('a missing node is 404 NotFound', async () => {
  const { cluster } = await startTwoNodes();
  const { code, body } = await send(cluster, 'GET', '/api/v1/nodes/other');
  expect(code).toBe(404);
  expect(body).toMatchObject({
    reason: 'NotFound',
    message: 'nodes "other" not found',
    details: { name: 'other', kind: 'nodes' },
  });
});

test('a list comes in pages', async () => {
  const { cluster } = await startTwoNodes();
  const first = await send(cluster, 'GET', '/api/v1/nodes?limit=1');
  expect(first.body.items?.map(({ metadata }) => metadata.name)).toEqual(['node-a']);
  expect(first.body.metadata).toMatchObject({ remainingItemCount: 1 });
  const token = encodeURIComponent(first.body.metadata?.continue ?? '');
  const second = await send(cluster, 'GET', `/api/v1/nodes?limit=1&continue=${token}`);
  expect(second.body.items?.map(({ metadata }) => metadata.name)).toEqual(['node-b']);
  expect(second.body.metadata?.continue).toBeUndefined();
});

test('a page token older than the kept history is 410 Expired', async () => {
  const { cluster } = await startTwoNodes();
  const first = await send(cluster, 'GET', '/api/v1/nodes?limit=1');
  cluster.addNode({ name: 'node-c', instanceId: 'i-0c', zone: 'us-east-2c' });
  cluster.compact();
  const token = encodeURIComponent(first.body.metadata?.continue ?? '');
  const { code, body } = await send(cluster, 'GET', `/api/v1/nodes?limit=1&continue=${token}`);
  expect(code).toBe(410);
  expect(body.reason).toBe('Expired');
});

test('a patch whose tests hold is applied as one', async () => {
  const { cluster } = await startTwoNodes();
  const before = only(cluster.nodes());
  const { code, body } = await patchNode(cluster, 'node-a', [
    { op: 'test', path: '/metadata/resourceVersion', value: before.metadata.resourceVersion },
    { op: 'test', path: '/spec/providerID', value: 'aws:///us-east-2a/i-0a' },
    { op: 'add', path: '/spec/unschedulable', value: true },
    { op: 'add', path: '/spec/taints', value: [TAINT] },
    {
      op: 'add',
      path: '/metadata/labels/node.kubernetes.io~1exclude-from-external-load-balancers',
      value: '',
    },
  ]);
  expect(code).toBe(200);
  expect(body).toMatchObject({
    metadata: { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } },
    spec: { unschedulable: true, taints: [TAINT] },
  });
  expect(body.metadata?.resourceVersion).not.toBe(before.metadata.resourceVersion);
});

test.each([
  ['a failing test', [{ op: 'test', path: '/spec/providerID', value: 'aws:///us-east-2a/i-other' }]],
  ['a stale version', [{ op: 'test', path: '/metadata/resourceVersion', value: '1' }]],
  ['a taint appended to an absent list', [{ op: 'add', path: '/spec/taints/-', value: TAINT }]],
  ['a removal of what is not there', [{ op: 'remove', path: '/spec/taints' }]],
])('%s is 422 and changes nothing', async (_name, patch) => {
  const { cluster } = await startTwoNodes();
  const before = only(cluster.nodes());
  const change = { op: 'add', path: '/spec/unschedulable', value: true };
  const { code, body } = await patchNode(cluster, 'node-a', [change, ...patch]);
  expect(code).toBe(422);
  expect(body).toEqual(REJECTED);
  expect(only(cluster.nodes())).toEqual(before);
});

test('two taints of one key and effect are 422', async () => {
  const { cluster } = await startTwoNodes();
  const { code, body } = await patchNode(cluster, 'node-a', [
    { op: 'add', path: '/spec/taints', value: [TAINT, { ...TAINT, value: 'other' }] },
  ]);
  expect(code).toBe(422);
  expect(body.message).toMatch(/^Node "node-a" is invalid: metadata\.taints\[1\]: Duplicate value: /);
});

test('a replaced resourceVersion that is stale is 409', async () => {
  const { cluster } = await startTwoNodes();
  const { code, body } = await patchNode(cluster, 'node-a', [
    { op: 'replace', path: '/metadata/resourceVersion', value: '1' },
  ]);
  expect(code).toBe(409);
  expect(body.message).toMatch(/the object has been modified/);
});

test('a dry run answers the patched node and stores nothing', async () => {
  const { cluster } = await startTwoNodes();
  const patch = [{ op: 'add', path: '/spec/unschedulable', value: true }];
  const { body } = await patchNode(cluster, 'node-a', patch, '?dryRun=All');
  expect(body.spec).toMatchObject({ unschedulable: true });
  expect(only(cluster.nodes()).spec.unschedulable).toBeUndefined();
});

test('a cordoned node is tainted by the node controller, an uncordoned one is clean again', async () => {
  const { cluster } = await startTwoNodes();
  const cordon = await patchNode(cluster, 'node-a', [
    { op: 'add', path: '/spec/unschedulable', value: true },
  ]);
  expect(only(cluster.nodes()).spec.taints).toMatchObject([
    { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' },
  ]);
  const version = cordon.body.metadata?.resourceVersion;
  const stale = [{ op: 'test', path: '/metadata/resourceVersion', value: version }];
  expect((await patchNode(cluster, 'node-a', stale)).code).toBe(422);
  await patchNode(cluster, 'node-a', [{ op: 'remove', path: '/spec/unschedulable' }]);
  expect(only(cluster.nodes()).spec).not.toHaveProperty('taints');
});

test('a list of taints that was emptied is absent for the next patch', async () => {
  const { cluster } = await startTwoNodes();
  await patchNode(cluster, 'node-a', [{ op: 'add', path: '/spec/taints', value: [TAINT] }]);
  await patchNode(cluster, 'node-a', [{ op: 'remove', path: '/spec/taints/0' }]);
  const append = [{ op: 'add', path: '/spec/taints/-', value: TAINT }];
  expect((await patchNode(cluster, 'node-a', append)).code).toBe(422);
});

test('other patch types are 415', async () => {
  const { cluster } = await startTwoNodes();
  const headers = { 'content-type': 'application/merge-patch+json' };
  const { code, body } = await send(cluster, 'PATCH', '/api/v1/nodes/node-a', {}, headers);
  expect(code).toBe(415);
  expect(body.reason).toBe('UnsupportedMediaType');
});
