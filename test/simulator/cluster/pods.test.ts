import { expect, test } from 'vitest';
import { only, send, startTwoNodes } from './api.ts';

const POD = { namespace: 'ml', name: 'one', node: 'node-a' };
const PATH = '/api/v1/namespaces/ml/pods/one';

test('pods are selected by node, namespace and label', async () => {
  const { cluster } = await startTwoNodes();
  cluster.addBarePod({ ...POD, labels: { app: 'train' } });
  cluster.addBarePod({ ...POD, name: 'two', node: 'node-b' });
  cluster.addBarePod({ ...POD, namespace: 'web', name: 'three' });
  const names = async (path: string) =>
    (await send(cluster, 'GET', path)).body.items?.map(({ metadata }) => metadata.name);
  expect(await names('/api/v1/pods?fieldSelector=spec.nodeName%3Dnode-a')).toEqual(['one', 'three']);
  expect(await names('/api/v1/namespaces/ml/pods')).toEqual(['one', 'two']);
  expect(await names('/api/v1/pods?labelSelector=app%3Dtrain')).toEqual(['one']);
  expect((await send(cluster, 'GET', '/api/v1/pods?fieldSelector=spec.color%3Dred')).code).toBe(400);
});

test('a deleted pod stops after its own time or its grace, whichever is shorter', async () => {
  const { cluster, clock } = await startTwoNodes();
  cluster.addBarePod({ ...POD, stopsAfterSeconds: 8, graceSeconds: 30 });
  cluster.addBarePod({ ...POD, name: 'two', stopsAfterSeconds: 60, graceSeconds: 30 });
  const { code, body } = await send(cluster, 'DELETE', PATH);
  expect(code).toBe(200);
  expect(body).toMatchObject({ kind: 'Pod', metadata: { deletionGracePeriodSeconds: 30 } });
  await send(cluster, 'DELETE', '/api/v1/namespaces/ml/pods/two', { gracePeriodSeconds: 12 });
  const left = () => cluster.pods().map(({ metadata }) => metadata.name);
  await clock.advance(8_000);
  expect(left()).toEqual(['two']);
  await clock.advance(4_000);
  expect(left()).toEqual([]);
});

test('zero grace removes at once, a dry run removes nothing', async () => {
  const { cluster } = await startTwoNodes();
  const pod = cluster.addBarePod(POD);
  await send(cluster, 'DELETE', PATH, { gracePeriodSeconds: 0, dryRun: ['All'] });
  expect(cluster.pods()).toEqual([pod]);
  await send(cluster, 'DELETE', PATH, { gracePeriodSeconds: 0 });
  expect(cluster.pods()).toEqual([]);
});

test('a delete of another UID is 409, of a missing pod 404', async () => {
  const { cluster } = await startTwoNodes();
  cluster.addBarePod(POD);
  expect((await send(cluster, 'DELETE', PATH, { preconditions: { uid: 'another' } })).code).toBe(409);
  expect((await send(cluster, 'DELETE', '/api/v1/namespaces/ml/pods/none')).code).toBe(404);
});

const CONDITION = { type: 'DisruptionTarget', status: 'True', reason: 'Test', message: 'going' };

test.each([
  ['strategic-merge-patch', { status: { conditions: [CONDITION] }, metadata: { annotations: { a: 'b' } } }],
  [
    'json-patch',
    [
      { op: 'add', path: '/status/conditions/-', value: CONDITION },
      { op: 'add', path: '/metadata/annotations/a', value: 'b' },
      { op: 'replace', path: '/spec/containers/0/image', value: 'other' },
    ],
  ],
])(
  'a status patch as %s keeps conditions and annotations, and drops changes of the spec',
  async (type, patch) => {
    const { cluster } = await startTwoNodes();
    const before = cluster.addBarePod({ ...POD, annotations: { kept: 'yes' } });
    const headers = { 'content-type': `application/${type}+json` };
    expect((await send(cluster, 'PATCH', `${PATH}/status`, patch, headers)).code).toBe(200);
    const after = only(cluster.pods());
    expect(after.status.conditions).toEqual([...before.status.conditions, CONDITION]);
    expect(after.metadata.annotations).toEqual({ ...before.metadata.annotations, a: 'b' });
    expect(after.spec).toEqual(before.spec);
  },
);

test('a merge patch replaces the list of conditions', async () => {
  const { cluster } = await startTwoNodes();
  cluster.addBarePod(POD);
  const headers = { 'content-type': 'application/merge-patch+json' };
  await send(cluster, 'PATCH', `${PATH}/status`, { status: { conditions: [CONDITION] } }, headers);
  expect(only(cluster.pods()).status.conditions).toEqual([CONDITION]);
});

test('a posted event is kept', async () => {
  const { cluster } = await startTwoNodes();
  const { code } = await send(cluster, 'POST', '/api/v1/namespaces/default/events', {
    metadata: { generateName: 'spot-' },
    involvedObject: { kind: 'Node', name: 'node-a' },
    reason: 'SpotInterruption',
    message: 'going in two minutes',
    type: 'Warning',
  });
  expect(code).toBe(201);
  expect(cluster.events()).toMatchObject([{ kind: 'Event', reason: 'SpotInterruption' }]);
});
