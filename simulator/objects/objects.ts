import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../../functions/clock.ts';
import { renderXml } from '../account/xml.ts';

/** Buckets in memory, spoken to as S3 with path-style addresses. */
export interface SimulatedObjects {
  /** `http://127.0.0.1:<port>`, for the client's `endpoint`. */
  readonly endpoint: string;
  /** `bucket/key` of every object asked for, in order. */
  readonly reads: readonly string[];
  put(bucket: string, key: string, body: string): void;
  /** From now on the bucket answers 403, as to a role without rights. */
  deny(bucket: string): void;
  close(): Promise<void>;
}

interface StoredObject {
  readonly body: string;
  readonly storedAt: Date;
}

/** Starts an empty store on a free port of 127.0.0.1. Knows PUT and GET of an object, no lists. */
export async function startSimulatedObjects({ clock }: { readonly clock: Clock }): Promise<SimulatedObjects> {
  const objects = new Map<string, StoredObject>();
  const denied = new Set<string>();
  const reads: string[] = [];
  const put = (path: string, body: string) => objects.set(path, { body, storedAt: clock.now() });
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://s3').pathname.slice(1));
    if (denied.has(path.split('/')[0] ?? '')) return refuse(response, 403, 'AccessDenied', 'Access Denied');
    if (request.method === 'PUT') {
      put(path, await readBody(request));
      return void response.writeHead(200).end();
    }
    reads.push(path);
    const found = objects.get(path);
    if (!found) return refuse(response, 404, 'NoSuchKey', 'The specified key does not exist.');
    response.writeHead(200, { 'last-modified': found.storedAt.toUTCString() }).end(found.body);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    reads,
    put: (bucket, key, body) => void put(`${bucket}/${key}`, body),
    deny: (bucket) => void denied.add(bucket),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function refuse(response: ServerResponse, code: number, name: string, message: string): void {
  const body = renderXml('Error', { Code: name, Message: message }, 'member');
  response.writeHead(code, { 'content-type': 'application/xml' }).end(body);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
