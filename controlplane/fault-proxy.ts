import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as requestHttps, type Server } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { nameRequest } from '../functions/cluster/request-counts.ts';
import type { ControlPlane } from './control-plane.ts';

/** What can happen to a request between the client and the API server. Times are real milliseconds. */
export type Fault =
  /** Reaches the server so much later. */
  | { readonly type: 'slow'; readonly ms: number }
  /** The connection breaks; with `applied`, after the server has acted: only its answer is lost. */
  | { readonly type: 'reset'; readonly applied: boolean }
  /** The connection stays open and nothing comes; with `applied`, the server has acted. */
  | { readonly type: 'silent'; readonly applied: boolean }
  /** Priority and fairness: plain text and a Retry-After header, no cause. */
  | { readonly type: 'too-many-requests'; readonly retryAfterSeconds: number }
  /** Of the server (500) or of a load balancer before it (502, 503), as each words it. */
  | { readonly type: 'server-error'; readonly code: 500 | 502 | 503 }
  /** The server acts, its answer ends in the middle. */
  | { readonly type: 'truncated' }
  /** After so long, a stream stays open and nothing comes any more. */
  | { readonly type: 'half-open'; readonly afterMs: number }
  /** After so long, a stream is ended as a server ends it. */
  | { readonly type: 'ended'; readonly afterMs: number };

/** A request in the words of an audit log, e.g. `create pods/eviction`. */
interface PassingRequest {
  readonly action: string;
  readonly path: string;
}

interface FaultRule {
  /** An action, or a test. */
  readonly match: string | ((request: PassingRequest) => boolean);
  readonly fault: Fault;
  /** How many requests it hits. @default every one */
  readonly times?: number;
}

/** Stands between a client and the API server, both over TLS, and does harm where it is told to. */
export interface FaultProxy {
  /** In place of the server's own URL, with the same certificate. */
  readonly server: string;
  /** What clients have sent, oldest first, and the fault that hit it. */
  readonly seen: readonly (PassingRequest & { readonly fault?: Fault })[];
  /** Of several rules that match a request, the one injected first is used. */
  inject(rule: FaultRule): void;
  /** No more faults from now on; streams that went silent stay silent. */
  heal(): void;
  close(): Promise<void>;
}

export async function startFaultProxy(
  plane: Pick<ControlPlane, 'server' | 'caPem' | 'serving'>,
): Promise<FaultProxy> {
  const agent = new Agent({ ca: plane.caPem, keepAlive: true });
  const seen: (PassingRequest & { fault?: Fault })[] = [];
  const rules: { rule: FaultRule; left: number }[] = [];
  const take = (request: PassingRequest) => {
    const found = rules.find(({ rule, left }) => left > 0 && matches(rule, request));
    if (found) found.left -= 1;
    return found?.rule.fault;
  };
  const proxy = createServer(plane.serving, (request, response) => {
    const url = new URL(request.url ?? '/', plane.server);
    const passing = { action: nameRequest(request.method ?? 'GET', url.href), path: url.pathname };
    const fault = take(passing);
    seen.push({ ...passing, ...(fault && { fault }) });
    pass({ request, response, server: plane.server, agent }, fault).catch(() => response.destroy());
  });
  // As before a real server: an idle connection is kept.
  proxy.keepAliveTimeout = 0;
  return {
    server: await listen(proxy),
    seen,
    inject: (rule) => void rules.push({ rule, left: rule.times ?? Infinity }),
    heal: () => void rules.splice(0),
    close: async () => {
      agent.destroy();
      proxy.close();
      proxy.closeAllConnections();
      await once(proxy, 'close');
    },
  };
}

function matches({ match }: FaultRule, request: PassingRequest): boolean {
  return typeof match === 'function' ? match(request) : match === request.action;
}

interface Passage {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly server: string;
  readonly agent: Agent;
}

type Cut = Extract<Fault, { type: 'half-open' | 'ended' }>;

/** Rejects when the server cannot be reached or breaks off; the client then sees its own connection break. */
async function pass(passage: Passage, fault: Fault | undefined): Promise<void> {
  if (!fault) return relay(passage);
  const { response } = passage;
  switch (fault.type) {
    case 'slow':
      await sleep(fault.ms);
      return relay(passage);
    case 'reset':
      if (fault.applied) await readAnswer(passage);
      return void response.destroy();
    case 'silent':
      if (fault.applied) await readAnswer(passage);
      return;
    case 'truncated':
      return truncate(passage);
    case 'half-open':
    case 'ended':
      return relay(passage, fault);
    case 'too-many-requests':
    case 'server-error':
      return refuse(response, fault);
  }
}

async function relay(passage: Passage, cut?: Cut): Promise<void> {
  const { response } = passage;
  const answer = await forward(passage);
  response.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders();
  answer.pipe(response);
  const breakOff = () => answer.readableEnded || response.destroy();
  answer.once('close', breakOff);
  if (!cut) return;
  setTimeout(() => {
    answer.off('close', breakOff).unpipe(response);
    if (cut.type === 'half-open') return answer.resume();
    answer.destroy();
    return response.end();
  }, cut.afterMs);
}

function forward({ request, response, server, agent }: Passage): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { method, headers } = request;
    const onward = requestHttps(server + request.url, { method, headers, agent }, resolve);
    onward.on('error', reject);
    response.on('close', () => response.writableFinished || onward.destroy());
    request.pipe(onward);
  });
}

async function readAnswer(passage: Passage): Promise<{ answer: IncomingMessage; body: Buffer }> {
  const answer = await forward(passage);
  return { answer, body: Buffer.concat(await answer.toArray()) };
}

async function truncate(passage: Passage): Promise<void> {
  const { response } = passage;
  const { answer, body } = await readAnswer(passage);
  const headers = { ...answer.headers, 'content-length': String(body.length) };
  delete headers['transfer-encoding'];
  response.writeHead(answer.statusCode ?? 502, headers);
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
}

function refuse(
  response: ServerResponse,
  fault: Extract<Fault, { type: 'too-many-requests' | 'server-error' }>,
): void {
  if (fault.type === 'too-many-requests') {
    response.writeHead(429, { 'retry-after': String(fault.retryAfterSeconds) });
    response.end('Too many requests, please try again later.\n');
    return;
  }
  const { code } = fault;
  const isServers = code === 500;
  response.writeHead(code, { 'content-type': isServers ? 'application/json' : 'text/html' });
  response.end(isServers ? INTERNAL_ERROR : `<html><body><h1>${code}</h1></body></html>\n`);
}

const INTERNAL_ERROR = JSON.stringify({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  reason: 'InternalError',
  code: 500,
  message: 'Internal error occurred: etcdserver: request timed out',
  details: { causes: [{ message: 'etcdserver: request timed out' }] },
});

async function listen(proxy: Server): Promise<string> {
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return `https://127.0.0.1:${address.port}`;
}
