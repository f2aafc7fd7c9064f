import { expect, test } from 'vitest';
import { type OutgoingRequest, openConnection } from '../../functions/cluster/transport.ts';
import { startCannedServer } from './canned-server.ts';

const credentials = { headers: async () => ({}), drop: () => undefined };

function request(extra: Partial<OutgoingRequest> = {}): OutgoingRequest {
  return { method: 'GET', path: '/', headers: {}, timeoutMs: 100, onSend: () => undefined, ...extra };
}

test('a server that accepts and says nothing times out', async () => {
  await using server = await startCannedServer(() => undefined);
  const { send } = openConnection({ name: 'demo', server: server.url, credentials });
  await expect(send(request())).rejects.toMatchObject({
    code: 'ETIMEDOUT',
    message: 'no answer within 0.1 s',
  });
});

test('an answer that stops halfway times out', async () => {
  await using server = await startCannedServer((_, response) => {
    response.writeHead(200).write('{');
    return undefined;
  });
  const { send } = openConnection({ name: 'demo', server: server.url, credentials });
  const answer = await send(request());
  await expect(answer.toArray()).rejects.toMatchObject({ code: 'ETIMEDOUT' });
});

test('a stream outlives the time of a request and fails when it falls silent', async () => {
  await using server = await startCannedServer((_, response) => {
    response.writeHead(200).write('{');
    return undefined;
  });
  const { send } = openConnection({ name: 'demo', server: server.url, credentials });
  const answer = await send(request({ timeoutMs: 1000, idleMs: 50 }));
  await expect(answer.toArray()).rejects.toMatchObject({ message: 'no answer within 0.05 s' });
});

test('a body is framed for every method', async () => {
  await using server = await startCannedServer(() => ({ code: 200, body: {} }));
  const { send } = openConnection({ name: 'demo', server: server.url, credentials });
  for (const method of ['POST', 'PATCH', 'DELETE']) {
    await (await send(request({ method, body: '{"ü":1}' }))).toArray();
  }
  expect(server.seen.map(({ body }) => body)).toEqual(['{"ü":1}', '{"ü":1}', '{"ü":1}']);
  expect(server.connections()).toBe(1);
});
