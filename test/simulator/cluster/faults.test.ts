import { expect, test } from 'vitest';
import { evict, only, send, startTwoNodes, watchPods } from './api.ts';

const POD = { namespace: 'ml', name: 'one', node: 'node-a' };

test('too many requests are plain text with Retry-After, as often as asked for', async () => {
  const match = { verb: 'list', resource: 'nodes' };
  const faults = [{ match, fault: { type: 'too-many-requests', retryAfterSeconds: 3 }, times: 1 }] as const;
  const { cluster } = await startTwoNodes({ faults });
  const limited = await fetch(`${cluster.url}/api/v1/nodes`);
  expect(limited.status).toBe(429);
  expect(limited.headers.get('retry-after')).toBe('3');
  expect(await limited.text()).toBe('Too many requests, please try again later.\n');
  expect((await send(cluster, 'GET', '/api/v1/nodes')).code).toBe(200);
});

test.each([
  ['server-error', 500, 'InternalError'],
  ['forbidden', 403, 'Forbidden'],
  ['unauthorized', 401, 'Unauthorized'],
] as const)('%s is %i', async (type, code, reason) => {
  const { cluster } = await startTwoNodes();
  cluster.inject({ match: ({ name }) => name === 'node-a', fault: { type } });
  const sent = await send(cluster, 'GET', '/api/v1/nodes/node-a');
  expect(sent).toMatchObject({ code, body: { reason } });
  expect((await send(cluster, 'GET', '/api/v1/nodes/node-b')).code).toBe(200);
});

test('a conflict on the budget status is 409 and evicts nothing', async () => {
  const { cluster } = await startTwoNodes();
  const pod = cluster.addBarePod(POD);
  cluster.inject({
    match: { resource: 'pods/eviction' },
    fault: { type: 'budget-conflict', budget: 'web' },
    times: 1,
  });
  const { code, body } = await evict(cluster, pod);
  expect(code).toBe(409);
  expect(body.details).toEqual({ name: 'web', group: 'policy', kind: 'poddisruptionbudgets' });
  expect(cluster.evictions).toEqual([]);
});

test.each([
  ['before it took effect', {}, 0],
  ['after it took effect', { applied: true }, 1],
])('a reset breaks the connection %s', async (_when, when, evictions) => {
  const { cluster } = await startTwoNodes();
  const pod = cluster.addBarePod(POD);
  cluster.inject({ match: { verb: 'create' }, fault: { type: 'reset', ...when } });
  await expect(evict(cluster, pod)).rejects.toThrow('fetch failed');
  expect(cluster.evictions).toHaveLength(evictions);
});

test('a slow answer takes its time on the clock', async () => {
  const { cluster, clock } = await startTwoNodes();
  const arrived = new Promise<void>((resolve) => {
    const match = () => {
      resolve();
      return true;
    };
    cluster.inject({ match, fault: { type: 'slow', ms: 4_000 } });
  });
  const sent = send(cluster, 'GET', '/version');
  await arrived;
  await clock.advance(4_000);
  expect((await sent).body).toMatchObject({ major: '1' });
});

test('a watch drops after its time', async () => {
  const { cluster, clock } = await startTwoNodes();
  const { resourceVersion } = cluster.addBarePod(POD).metadata;
  cluster.inject({ match: { verb: 'watch' }, fault: { type: 'drop-watch', afterMs: 2_000 } });
  const watch = await watchPods(cluster, `resourceVersion=${resourceVersion}`);
  await clock.advance(2_000);
  await expect(watch.next()).rejects.toThrow('terminated');
});

test('another bearer token is 401', async () => {
  const { cluster } = await startTwoNodes({ token: 'right' });
  const ask = (token: string) =>
    send(cluster, 'GET', '/version', undefined, { authorization: `Bearer ${token}` });
  expect((await ask('wrong')).code).toBe(401);
  expect((await ask('right')).code).toBe(200);
});

test('requests are logged in the words of Kubernetes, connections are counted', async () => {
  const { cluster } = await startTwoNodes();
  const pod = cluster.addBarePod(POD);
  await send(cluster, 'GET', '/api/v1/nodes/node-a');
  await send(cluster, 'GET', '/apis/policy/v1/poddisruptionbudgets');
  await evict(cluster, pod);
  expect(cluster.requests).toMatchObject([
    { verb: 'get', resource: 'nodes', name: 'node-a' },
    { verb: 'list', resource: 'poddisruptionbudgets' },
    { verb: 'create', resource: 'pods/eviction', namespace: 'ml', name: 'one' },
  ]);
  expect(only(cluster.requests)).toHaveProperty('userAgent');
  expect(cluster.connections).toBeGreaterThan(0);
});
