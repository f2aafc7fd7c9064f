import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

interface SeenRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface CannedAnswer {
  readonly code: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers a request itself through `response`, or with what it returns. */
type Responder = (request: SeenRequest, response: ServerResponse) => CannedAnswer | undefined;

export interface CannedServer extends AsyncDisposable {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  readonly connections: () => number;
}

/** An HTTP server that gives the answers a real API server gave, for what the simulated cluster never says. */
export async function startCannedServer(respond: Responder): Promise<CannedServer> {
  const seen: SeenRequest[] = [];
  let connections = 0;
  const server = createServer(async (incoming, response) => {
    let body = '';
    for await (const chunk of incoming) body += chunk;
    const url = new URL(incoming.url ?? '/', 'http://server');
    const request = { method: incoming.method ?? '', url, headers: incoming.headers, body };
    seen.push(request);
    const answer = respond(request, response);
    if (!answer) return;
    response.writeHead(answer.code, { 'content-type': 'application/json', ...answer.headers });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A `Status` as kube-apiserver words a refusal. */
export function refusal(
  code: number,
  message: string,
  details: object = {},
): CannedAnswer & { readonly body: object } {
  return { code, body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message, details } };
}
