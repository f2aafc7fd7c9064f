import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { WireAnswer, WireRequest } from './protocol.ts';

/** `undefined` from `respond`: the request is never answered. */
export function serve(respond: (wire: WireRequest) => WireAnswer | undefined): Server {
  return createServer(async (request, response) => {
    const body = await readBody(request);
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const reply = respond({ method: request.method ?? 'GET', url, headers: request.headers, body });
    if (reply !== undefined) response.writeHead(reply.status, { ...reply.headers }).end(reply.body);
  });
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * On a free port of 127.0.0.1. What is idle stays open: closed just when its client sends again, a connection is an error
 * that nobody asked for.
 */
export function listen(server: Server): Promise<string> {
  server.keepAliveTimeout = 0;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') return reject(new Error('The server has no port'));
      resolve(`http://127.0.0.1:${address.port}`);
    });
  });
}

export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
