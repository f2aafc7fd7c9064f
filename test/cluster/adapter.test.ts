import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectTo } from '../../functions/cluster/connection.ts';
import type { ClusterPort } from '../../functions/cluster/port.ts';
import { type SimulatedCluster, startSimulatedCluster } from '../../simulator/cluster/cluster.ts';
import { patientClock } from '../support/patient-clock.ts';
import { refusal, startCannedServer } from './canned-server.ts';
import { collect } from './collect.ts';

const clock = patientClock(100);
const node = 'ip-10-0-0-1.internal';
let simulated: SimulatedCluster;
let cluster: ClusterPort;

beforeEach(async () => {
  simulated = await startSimulatedCluster({ clock });
  simulated.addNode({ name: node, instanceId: 'i-0123456789abcdef0', zone: 'us-east-2a' });
  cluster = connectTo({ name: 'demo', server: simulated.url }, { clock });
});
afterEach(() => simulated.close());

test('twenty lists share one connection', async () => {
  for (let n = 0; n < 20; n += 1) await cluster.listPodsOnNode(node);
  expect(simulated.connections).toBe(1);
  expect(cluster.requestCounts()).toEqual({ 'list pods': 20 });
  expect(simulated.requests[0]?.userAgent).toMatch(/^spot-responder\/\d+\.\d+\.\d+$/);
});

test('a node is read, patched and told apart from one that is absent', async () => {
  const read = await cluster.getNode(node);
  expect(read).toMatchObject({ name: node, unschedulable: false, ready: true });
  expect(read?.providerId).toMatch(/\/i-0123456789abcdef0$/);
  const patch = [
    { op: 'test', path: '/spec/providerID', value: read?.providerId },
    { op: 'add', path: '/spec/unschedulable', value: true },
  ] as const;
  expect(await cluster.patchNode(node, patch, { dryRun: true })).toMatchObject({
    node: { unschedulable: true },
  });
  expect((await cluster.getNode(node))?.unschedulable).toBe(false);
  expect(await cluster.patchNode(node, patch, { dryRun: false })).toMatchObject({ type: 'patched' });
  expect((await cluster.getNode(node))?.unschedulable).toBe(true);
  expect(await cluster.getNode('no-such-node')).toBeUndefined();
  expect(await cluster.patchNode('no-such-node', patch, { dryRun: false })).toEqual({ type: 'not-found' });
  expect(cluster.requestCounts()).toEqual({ 'get nodes': 4, 'patch nodes': 3 });
});

test('an evicted pod is seen to go on the watch that began at the list', async () => {
  const pod = simulated.addBarePod({ namespace: 'ml', name: 'job', node });
  const { resourceVersion } = await cluster.listPodsOnNode(node);
  const stop = new AbortController();
  const { namespace = '', name, uid } = pod.metadata;
  expect(await cluster.evict({ namespace, name, uid }, { dryRun: false, gracePeriodSeconds: 1 })).toEqual({
    type: 'accepted',
  });
  const types: string[] = [];
  for await (const event of cluster.watchPodsOnNode(node, resourceVersion, stop.signal)) {
    types.push(event.type);
    if (event.type === 'gone') stop.abort();
  }
  expect(types).toContain('changed');
  expect(types.at(-1)).toBe('gone');
  expect(cluster.requestCounts()).toMatchObject({ 'watch pods': 1, 'create pods/eviction': 1 });
});

test('a page that expired goes on with the token the server offers', async () => {
  const expired = {
    ...refusal(410, 'The provided continue parameter is too old').body,
    metadata: { continue: 'newer' },
  };
  await using server = await startCannedServer(({ url }) => {
    const token = url.searchParams.get('continue');
    if (token === 'old') return { code: 410, body: expired };
    const metadata = token === null ? { continue: 'old' } : {};
    return {
      code: 200,
      body: { kind: 'NodeList', metadata, items: [{ metadata: { name: `after-${token}` } }] },
    };
  });
  const names: string[] = [];
  const port = connectTo({ name: 'demo', server: server.url }, { clock });
  for await (const { name } of port.listNodes()) names.push(name);
  expect(names).toEqual(['after-null', 'after-newer']);
});

test.each([
  ['a broken connection', { type: 'reset' }],
  ['a server error', { type: 'server-error' }],
  ['priority and fairness', { type: 'too-many-requests', retryAfterSeconds: 1 }],
] as const)('a read outlasts %s', async (_, fault) => {
  simulated.inject({ match: { verb: 'list' }, fault, times: 2 });
  expect((await cluster.listPodsOnNode(node)).pods).toEqual([]);
  expect(cluster.requestCounts()).toEqual({ 'list pods': 3 });
});

test('a server that stays away is unreachable after four attempts', async () => {
  await simulated.close();
  await expect(cluster.listBudgets()).rejects.toMatchObject({
    fault: 'unreachable',
    message: expect.stringMatching(/Cluster demo: list poddisruptionbudgets .*ECONNREFUSED.*can be reached/),
  });
  expect(cluster.requestCounts()).toEqual({ 'list poddisruptionbudgets': 4 });
});

test.each([
  ['list nodes', () => collect(cluster.listNodes())],
  ['watch pods', () => collect(cluster.watchPodsOnNode(node, '1', AbortSignal.timeout(5000)))],
] as const)('a missing rule to %s is named', async (key, act) => {
  const [verb, resource] = key.split(' ');
  simulated.inject({ match: { verb: `${verb}` }, fault: { type: 'forbidden' } });
  await expect(act()).rejects.toMatchObject({
    fault: 'forbidden',
    message: expect.stringContaining(`resources: ["${resource}"], verbs: ["${verb}"]`),
  });
});

test('an aborted patch rejects with the reason of the signal', async () => {
  const reason = new Error('stopped');
  const signal = AbortSignal.abort(reason);
  await expect(cluster.patchNode(node, [], { dryRun: false, signal })).rejects.toBe(reason);
});

test.each([403, 422])('a node patch that admission denies with %i is an error that says so', async (code) => {
  const why = "ValidatingAdmissionPolicy 'foreign' with binding 'foreign' denied request: not on Fridays";
  await using server = await startCannedServer(() => refusal(code, `nodes "${node}" is forbidden: ${why}`));
  const port = connectTo({ name: 'demo', server: server.url }, { clock });
  await expect(port.patchNode(node, [], { dryRun: false })).rejects.toMatchObject({
    fault: 'forbidden',
    message: expect.stringMatching(
      /an admission policy refused to patch nodes .*not on Fridays.*Exempt the group/,
    ),
  });
  expect(port.requestCounts()).toEqual({ 'patch nodes': 1 });
});
