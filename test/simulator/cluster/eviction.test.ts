import { expect, test } from 'vitest';
import { evict, only, send, startTwoNodes } from './api.ts';

const WEB = { kind: 'Deployment', namespace: 'shop', name: 'web', labels: { app: 'web' } } as const;
const WEB_BUDGET = { namespace: 'shop', name: 'web', selector: { matchLabels: { app: 'web' } } };

test('an accepted eviction is 201 and leaves a pod that is stopping and not ready', async () => {
  const { cluster } = await startTwoNodes();
  const pod = only(cluster.addWorkload({ ...WEB, nodes: ['node-a'], graceSeconds: 20 }));
  const { code, body } = await evict(cluster, pod, { preconditions: { uid: pod.metadata.uid } });
  expect(code).toBe(201);
  expect(body).toMatchObject({ kind: 'Status', status: 'Success' });
  const { metadata, status } = only(cluster.pods().filter((each) => each.metadata.uid === pod.metadata.uid));
  expect(metadata).toMatchObject({
    deletionTimestamp: '2026-11-02T10:00:20Z',
    deletionGracePeriodSeconds: 20,
  });
  expect(status.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'False' }));
  expect(status.conditions).toContainEqual(
    expect.objectContaining({ type: 'DisruptionTarget', reason: 'EvictionByEvictionAPI' }),
  );
  expect(cluster.evictions).toMatchObject([{ uid: pod.metadata.uid, node: 'node-a' }]);
});

test('a spent budget is 429 with its cause and without a hint when to retry', async () => {
  const { cluster } = await startTwoNodes();
  const pods = cluster.addWorkload({ ...WEB, nodes: ['node-a', 'node-a'] });
  cluster.addBudget({ ...WEB_BUDGET, minAvailable: 1 });
  expect((await evict(cluster, only(pods))).code).toBe(201);
  const { code, body, headers } = await evict(cluster, only(pods, 1));
  expect(code).toBe(429);
  expect(headers.get('retry-after')).toBeNull();
  expect(body).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    reason: 'TooManyRequests',
    details: {
      causes: [
        {
          reason: 'DisruptionBudget',
          message: 'The disruption budget web needs 1 healthy pods and has 1 currently',
        },
      ],
    },
    code: 429,
  });
});

test('a budget recovers when the replacement is ready', async () => {
  const { cluster, clock } = await startTwoNodes();
  const pods = cluster.addWorkload({ ...WEB, nodes: ['node-a', 'node-a'] });
  cluster.addBudget({ ...WEB_BUDGET, maxUnavailable: 1 });
  await evict(cluster, only(pods));
  await clock.advance(9_000);
  expect((await evict(cluster, only(pods, 1))).code).toBe(429);
  await clock.advance(1_000);
  expect((await evict(cluster, only(pods, 1))).code).toBe(201);
});

test('a budget is served with its count of disruptions', async () => {
  const { cluster } = await startTwoNodes();
  cluster.addWorkload({ ...WEB, nodes: ['node-a', 'node-a', 'node-b'] });
  cluster.addBudget({ ...WEB_BUDGET, minAvailable: '50%' });
  const { body } = await send(cluster, 'GET', '/apis/policy/v1/poddisruptionbudgets');
  expect(only(body.items ?? []).status).toMatchObject({
    expectedPods: 3,
    currentHealthy: 3,
    desiredHealthy: 2,
    disruptionsAllowed: 1,
  });
});

test('two budgets on one pod are a 500 that no retry mends', async () => {
  const { cluster } = await startTwoNodes();
  const pod = only(cluster.addWorkload({ ...WEB, nodes: ['node-a'] }));
  cluster.addBudget({ ...WEB_BUDGET, minAvailable: 0 });
  cluster.addBudget({ ...WEB_BUDGET, name: 'second', minAvailable: 0 });
  const { code, body } = await evict(cluster, pod);
  expect(code).toBe(500);
  expect(body.message).toMatch(/more than one PodDisruptionBudget/);
});

test('another UID is 409, a missing pod 404', async () => {
  const { cluster } = await startTwoNodes();
  const pod = only(cluster.addWorkload({ ...WEB, nodes: ['node-a'] }));
  const replaced = await evict(cluster, pod, { preconditions: { uid: 'another' } });
  expect(replaced.code).toBe(409);
  expect(replaced.body.message).toMatch(
    /^Operation cannot be fulfilled on Pod .*UID in the precondition \(another\)/,
  );
  const missing = await evict(cluster, { ...pod, metadata: { ...pod.metadata, name: 'missing' } });
  expect(missing.code).toBe(404);
  expect(cluster.evictions).toEqual([]);
});

test.each([
  ['in the body', { dryRun: ['All'] }, ''],
  ['in the query', undefined, '?dryRun=All'],
])('a dry run %s asks the budget and stores nothing', async (_where, deleteOptions, query) => {
  const { cluster } = await startTwoNodes();
  const pod = only(cluster.addWorkload({ ...WEB, nodes: ['node-a'] }));
  const path = `/api/v1/namespaces/shop/pods/${pod.metadata.name}/eviction${query}`;
  const body = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: pod.metadata.name },
    ...(deleteOptions === undefined ? {} : { deleteOptions }),
  };
  expect((await send(cluster, 'POST', path, body)).code).toBe(201);
  cluster.addBudget({ ...WEB_BUDGET, minAvailable: 1 });
  expect((await send(cluster, 'POST', path, body)).code).toBe(429);
  expect(cluster.pods()).toEqual([pod]);
});

test.each([
  ['IfHealthyBudget', 429],
  ['AlwaysAllow', 201],
] as const)(
  'an unready pod under an unmet budget with %s is %i',
  async (unhealthyPodEvictionPolicy, code) => {
    const { cluster } = await startTwoNodes();
    const pods = cluster.addWorkload({ ...WEB, nodes: ['node-a', 'node-a'] });
    const unready = only(pods);
    cluster.addBudget({ ...WEB_BUDGET, minAvailable: 2, unhealthyPodEvictionPolicy });
    cluster.setReady('shop', unready.metadata.name, false);
    expect((await evict(cluster, unready)).code).toBe(code);
  },
);

test('an unready pod may go while its budget is met', async () => {
  const { cluster } = await startTwoNodes();
  const pods = cluster.addWorkload({ ...WEB, nodes: ['node-a', 'node-a'] });
  cluster.addBudget({ ...WEB_BUDGET, minAvailable: 1 });
  cluster.setReady('shop', only(pods).metadata.name, false);
  expect((await evict(cluster, only(pods))).code).toBe(201);
});

test.each(['Pending', 'Succeeded', 'Failed'] as const)('a %s pod skips its budget', async (phase) => {
  const { cluster } = await startTwoNodes();
  const pod = cluster.addBarePod({
    namespace: 'shop',
    name: 'one',
    node: 'node-a',
    phase,
    labels: { app: 'web' },
  });
  cluster.addBudget({ ...WEB_BUDGET, minAvailable: 1 });
  expect((await evict(cluster, pod)).code).toBe(201);
});

test('a later eviction may shorten the grace but not lengthen it', async () => {
  const { cluster, clock } = await startTwoNodes();
  const pod = cluster.addBarePod({ namespace: 'shop', name: 'one', node: 'node-a', stopsAfterSeconds: 60 });
  await evict(cluster, pod, { gracePeriodSeconds: 30 });
  await evict(cluster, pod, { gracePeriodSeconds: 50 });
  expect(only(cluster.pods()).metadata.deletionGracePeriodSeconds).toBe(30);
  await evict(cluster, pod, { gracePeriodSeconds: 2 });
  expect(only(cluster.pods()).metadata.deletionGracePeriodSeconds).toBe(2);
  await clock.advance(2_000);
  expect(cluster.pods()).toEqual([]);
});
