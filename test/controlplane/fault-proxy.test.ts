import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Fault, type FaultProxy, startFaultProxy } from '../../controlplane/fault-proxy.ts';
import { get, startUpstream } from './links.ts';

let upstream: Awaited<ReturnType<typeof startUpstream>>;
let proxy: FaultProxy;

beforeAll(async () => {
  upstream = await startUpstream();
  proxy = await startFaultProxy(upstream);
});

afterAll(async () => {
  await proxy.close();
  upstream.close();
});

afterEach(() => {
  proxy.heal();
  upstream.received.splice(0);
});

const fetchThrough = (path: string, ms?: number) => get(proxy.server + path, upstream.caPem, ms);
const nodes = '/api/v1/nodes';
const watch = `${nodes}?watch=true`;

test('without a rule, answers and streams pass as they are', async () => {
  expect(await fetchThrough(nodes)).toMatchObject({ code: 200, text: 'a whole answer' });
  expect((await fetchThrough(watch, 1_500)).text).toMatch(/^first\n(more\n)+$/);
  expect(proxy.seen.slice(-2).map(({ action }) => action)).toEqual(['list nodes', 'watch nodes']);
});

test.each<[string, Fault, object, reachesServer: boolean]>([
  ['a reset before', { type: 'reset', applied: false }, { error: 'ECONNRESET' }, false],
  ['a reset after', { type: 'reset', applied: true }, { error: 'ECONNRESET' }, true],
  ['overload', { type: 'too-many-requests', retryAfterSeconds: 3 }, { code: 429 }, false],
  ['a server error', { type: 'server-error', code: 500 }, { code: 500 }, false],
  ['a load balancer error', { type: 'server-error', code: 503 }, { code: 503 }, false],
  ['a truncated body', { type: 'truncated' }, { code: 200, text: 'a whole', error: 'ECONNRESET' }, true],
])('%s hits as many requests as it is told to', async (_, fault, expected, reachesServer) => {
  proxy.inject({ match: 'list nodes', fault, times: 1 });
  expect(await fetchThrough(nodes)).toMatchObject(expected);
  expect(upstream.received).toHaveLength(reachesServer ? 1 : 0);
  expect(await fetchThrough(nodes)).toMatchObject({ code: 200 });
});

test.each([true, false])('silence says nothing, whether the server acted (%s) or not', async (applied) => {
  proxy.inject({ match: 'list nodes', fault: { type: 'silent', applied } });
  expect(await fetchThrough(nodes, 1_500)).toMatchObject({ code: 0, error: 'WAITING' });
  expect(upstream.received).toHaveLength(applied ? 1 : 0);
});

test('a half-open stream stays open and nothing comes; an ended one ends', async () => {
  proxy.inject({ match: 'watch nodes', fault: { type: 'half-open', afterMs: 0 }, times: 1 });
  const silent = await fetchThrough(watch, 1_500);
  expect(silent).toMatchObject({ code: 200, error: 'WAITING' });
  expect(silent.text.split('\n').length).toBeLessThan(20);
  proxy.inject({ match: 'watch nodes', fault: { type: 'ended', afterMs: 100 } });
  const ended = await fetchThrough(watch);
  expect(ended.error).toBeUndefined();
  expect(ended.text).toContain('first');
});

test('a server that is gone shows as a connection that breaks', async () => {
  const gone = await startFaultProxy({ ...upstream, server: 'https://127.0.0.1:1' });
  expect(await get(gone.server + nodes, upstream.caPem)).toMatchObject({ error: 'ECONNRESET' });
  await gone.close();
});
