import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type ApiRequest, toApiRequest } from './api-request.ts';
import { type Fault, type FaultInjector, faultAnswer, type RequestRecord } from './faults.ts';
import type { Route } from './routes.ts';
import { type Answer, unauthorized } from './status.ts';
import type { Stream } from './watch.ts';
import type { World } from './world.ts';

export interface ApiServerOptions {
  readonly world: World;
  readonly route: Route;
  readonly faults: FaultInjector;
  /** Bearer token every request must carry. @default none is asked for */
  readonly token: string | undefined;
}

export interface ApiServer {
  readonly url: string;
  readonly requests: readonly RequestRecord[];
  connections(): number;
  dropWatches(): void;
  close(): Promise<void>;
}

/** Serves the routes over HTTP on a free port of 127.0.0.1. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const requests: RequestRecord[] = [];
  const watches = new Set<ServerResponse>();
  const server = createServer((incoming, response) => {
    readBody(incoming).then(
      (body) => {
        const { method = 'GET', url = '/', headers } = incoming;
        const request = toApiRequest({ method, url, headers, body });
        const record = toRecord(request, options.world.clock.now());
        requests.push(record);
        return answer(options, watches, { request, record, response });
      },
      () => response.destroy(),
    );
  });
  // The real server keeps idle connections for minutes; Node's 5 s would reset clients that reuse them.
  server.keepAliveTimeout = 120_000;
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  const url = await listen(server);
  return {
    url,
    requests,
    connections: () => connections,
    dropWatches: () => {
      for (const watch of watches) watch.destroy();
    },
    close: () => close(server),
  };
}

interface Exchange {
  readonly request: ApiRequest;
  readonly record: RequestRecord;
  readonly response: ServerResponse;
}

async function answer(
  options: ApiServerOptions,
  watches: Set<ServerResponse>,
  exchange: Exchange,
): Promise<void> {
  const { world, route, faults, token } = options;
  const { request, record, response } = exchange;
  const fault = faults.take(record);
  if (fault?.type === 'slow') await world.clock.sleep(fault.ms, world.closed).catch(() => undefined);
  if (fault?.type === 'reset') {
    if (fault.applied) route(request);
    return resetConnection(response);
  }
  const refused =
    token !== undefined && request.authorization !== `Bearer ${token}` ? unauthorized() : undefined;
  const answered = refused ?? (fault && faultAnswer(fault, record)) ?? route(request);
  if ('start' in answered) startStream(world, watches, { stream: answered, fault, response });
  else send(response, answered);
}

function startStream(
  world: World,
  watches: Set<ServerResponse>,
  { stream, fault, response }: { stream: Stream; fault: Fault | undefined; response: ServerResponse },
): void {
  watches.add(response);
  response.on('close', () => watches.delete(response));
  stream.start(response);
  if (fault?.type === 'drop-watch') world.after(fault.afterMs, () => response.destroy());
}

function send(response: ServerResponse, { code, body, headers }: Answer): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const contentType = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
  response.writeHead(code, { 'content-type': contentType, ...headers });
  response.end(text);
}

function resetConnection(response: ServerResponse): void {
  const socket: Socket | null = response.socket;
  socket?.resetAndDestroy();
}

function toRecord({ verb, resource, namespace, name, userAgent }: ApiRequest, at: Date): RequestRecord {
  return {
    verb,
    resource,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    at,
    userAgent,
  };
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve(`http://127.0.0.1:${port}`);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
