import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { connectTo } from '../../functions/cluster/connection.ts';
import { patientClock } from '../support/patient-clock.ts';
import { refusal, startCannedServer } from './canned-server.ts';
import { collect } from './collect.ts';

const clock = patientClock(1000);
const pod = (name: string) => ({
  metadata: { name, namespace: 'ml', uid: `uid-${name}`, deletionTimestamp: '2026-11-02T10:00:00Z' },
});
const line = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`;
const expired = refusal(410, 'too old resource version: 1 (2)').body;

async function watch(write: (response: ServerResponse) => void) {
  await using server = await startCannedServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    write(response);
    return undefined;
  });
  const port = connectTo({ name: 'demo', server: server.url }, { clock });
  const events = await collect(port.watchPodsOnNode('node-1', '42', new AbortController().signal));
  return { events, query: Object.fromEntries(server.seen[0]?.url.searchParams ?? []) };
}

test('a watch starts where the list ended and asks for bookmarks', async () => {
  const { query } = await watch((response) => response.end());
  expect(query).toMatchObject({
    watch: 'true',
    allowWatchBookmarks: 'true',
    fieldSelector: 'spec.nodeName=node-1',
    resourceVersion: '42',
  });
});

test('a watch yields changes and departures, parsed like the list, and keeps bookmarks to itself', async () => {
  const { events } = await watch((response) => {
    const all =
      line('MODIFIED', pod('a')) +
      line('BOOKMARK', { metadata: { resourceVersion: '50' } }) +
      line('DELETED', pod('a'));
    response.write(all.slice(0, 20));
    setImmediate(() => response.end(all.slice(20)));
  });
  expect(events).toMatchObject([
    {
      type: 'changed',
      pod: { name: 'a', gracePeriodSeconds: 30, deletionTimestamp: new Date('2026-11-02T10:00:00Z') },
    },
    { type: 'gone', pod: { uid: 'uid-a' } },
    { type: 'lost', reason: 'the server ended the watch' },
  ]);
});

test.each<[string, (response: ServerResponse) => void, RegExp]>([
  ['expires', (response) => response.write(line('ERROR', expired)), /^410 too old resource version/],
  ['is reset', (response) => response.socket?.resetAndDestroy(), /ECONNRESET|aborted/],
  ['is cut inside an event', (response) => response.end('{"type":"MODI'), /ended the watch/],
  ['carries no JSON', (response) => response.end('<html>\n'), /JSON/],
])('a watch that %s is lost', async (_, write, reason) => {
  const { events } = await watch(write);
  expect(events).toMatchObject([{ type: 'lost', reason: expect.stringMatching(reason) }]);
});

test('a watch that is refused as too old is lost', async () => {
  await using server = await startCannedServer(() => refusal(410, 'too old resource version'));
  const port = connectTo({ name: 'demo', server: server.url }, { clock });
  const events = await collect(port.watchPodsOnNode('node-1', '42', new AbortController().signal));
  expect(events).toEqual([{ type: 'lost', reason: '410 too old resource version' }]);
});

test('a watch of a server that is down is lost', async () => {
  const server = await startCannedServer(() => undefined);
  await server[Symbol.asyncDispose]();
  const port = connectTo({ name: 'demo', server: server.url }, { clock });
  const events = await collect(port.watchPodsOnNode('node-1', '42', new AbortController().signal));
  expect(events).toMatchObject([{ type: 'lost', reason: expect.stringContaining('ECONNREFUSED') }]);
});

test('an aborted watch ends without a word', async () => {
  const stop = new AbortController();
  await using server = await startCannedServer((_, response) => {
    response.writeHead(200).flushHeaders();
    setImmediate(() => stop.abort());
    return undefined;
  });
  const port = connectTo({ name: 'demo', server: server.url }, { clock });
  expect(await collect(port.watchPodsOnNode('node-1', '42', stop.signal))).toEqual([]);
});
