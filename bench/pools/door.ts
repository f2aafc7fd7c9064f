import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { openReadBucket, type ReadQuota } from '../../simulator/account/read-bucket.ts';
import { ServiceFault } from '../../simulator/account/state.ts';

export interface DoorOptions {
  readonly target: string;
  /** Of one call: between the two, in milliseconds. */
  readonly latency: readonly [least: number, most: number];
  /**
   * By API version of the query protocol: one bucket for all calls of a service. EventBridge's quota is far away.
   * @default nothing is throttled
   */
  readonly quotas?: Readonly<Record<string, ReadQuota>>;
}

/** Stands before an endpoint as a network and a throttle do. */
export interface Door {
  readonly url: string;
  readonly requests: number;
  readonly throttled: number;
  close(): Promise<void>;
}

export async function openDoor({ latency: [least, most], quotas = {}, target }: DoorOptions): Promise<Door> {
  const counts = { requests: 0, throttled: 0 };
  const buckets = Object.entries(quotas).map(
    ([version, quota]) => [`Version=${version}`, openReadBucket(quota, () => new Date())] as const,
  );
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    counts.requests += 1;
    const body = await readBody(request);
    await sleep(least + Math.random() * (most - least));
    try {
      const text = body.toString();
      for (const [version, take] of buckets) if (text.includes(version)) take();
    } catch (error) {
      if (!(error instanceof ServiceFault)) throw error;
      counts.throttled += 1;
      response.writeHead(400, { 'content-type': 'text/xml' }).end(THROTTLING);
      return;
    }
    await forward(target, request, body, response);
  };
  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the door has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    get requests() {
      return counts.requests;
    },
    get throttled() {
      return counts.throttled;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const THROTTLING =
  '<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error><RequestId>bench</RequestId></ErrorResponse>';

async function forward(target: string, request: IncomingMessage, body: Buffer, response: ServerResponse) {
  const { connection, 'content-length': _, host, 'transfer-encoding': __, ...headers } = request.headers;
  const { method = 'GET', url = '/' } = request;
  const answer = await fetch(new URL(url, target), {
    method,
    headers: headers as Record<string, string>,
    ...(body.length > 0 && { body: new Uint8Array(body) }),
  });
  const { 'content-encoding': ___, ...passed } = Object.fromEntries(answer.headers);
  response.writeHead(answer.status, passed).end(Buffer.from(await answer.arrayBuffer()));
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
