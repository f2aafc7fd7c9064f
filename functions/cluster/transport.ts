import { Agent, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps, Agent as TlsAgent } from 'node:https';
import { TLSSocket } from 'node:tls';
import packageJson from '../../package.json' with { type: 'json' };

/** How requests prove who they are. Asked for every request, so that a token may be renewed between two. */
export interface Credentials {
  /** Headers such as `authorization`; never logged, never part of an error. */
  headers(): Promise<Readonly<Record<string, string>>>;
  /** The server answered 401: nothing that is cached may be used again. */
  drop(): void;
}

/** One API server and how to speak to it. */
export interface Target {
  /** The cluster's name, for messages. */
  readonly name: string;
  /** `https://host[:port][/prefix]`, or `http://` for a local one. */
  readonly server: string;
  readonly tls?: TlsIdentity;
  readonly credentials: Credentials;
  /** Replaces the connection's own agent, e.g. for a proxy. */
  readonly agent?: Agent;
}

/** PEM data, as `node:tls` takes them. */
export interface TlsIdentity {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

export interface OutgoingRequest {
  readonly method: string;
  /** With its query, from `/api` or `/apis` on: which server it goes to is the connection's business. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  /** Counts from the moment a socket is free: until the whole answer, or until its head for a stream. */
  readonly timeoutMs: number;
  /** Set for a stream: it fails after this long without a byte. */
  readonly idleMs?: number;
  /** Called for every attempt that goes out. */
  readonly onSend: () => void;
  /** Called when the server has shown a certificate of the cluster: it is the cluster, however slow it answers. */
  readonly onProven?: () => void;
}

/** Shared by all ports of one cluster while the process is warm. */
export interface Connection {
  /** The cluster's name, for messages. */
  readonly name: string;
  /** The server it speaks to now, for messages. */
  readonly server: string;
  /** Rejects with Node's own error when there is no answer. A 401 is retried once with fresh credentials. */
  send(request: OutgoingRequest): Promise<IncomingMessage>;
}

/**
 * Every watch holds a socket for as long as it runs and an eviction up to ten seconds, so the bound leaves a
 * batch of nodes its watches; requests past it wait in line. Below Lambda's 1,024 file descriptors.
 */
const MAX_SOCKETS = 600;
/** A socket unused for this long may be dead without a word: a frozen Lambda, a load balancer's idle limit. */
const STALE_MS = 60_000;

/** One keep-alive agent for the cluster; `@kubernetes/client-node` alone opens a TLS connection per request. */
export function openConnection(target: Target): Connection {
  const secure = target.server.startsWith('https:');
  const base = target.server.replace(/\/+$/, '');
  const agent = target.agent ?? createAgent(secure, target.tls);
  let lastUsed = performance.now();
  const exchange = async (request: OutgoingRequest) => {
    const headers = {
      ...request.headers,
      // Node frames the body of a DELETE only when told its length.
      ...(request.body !== undefined && { 'content-length': String(Buffer.byteLength(request.body)) }),
      'user-agent': `${packageJson.name}/${packageJson.version}`,
      ...(await target.credentials.headers()),
    };
    if (performance.now() - lastUsed > STALE_MS) closeFreeSockets(agent);
    lastUsed = performance.now();
    request.onSend();
    return await perform(secure ? requestHttps : requestHttp, agent, base + request.path, {
      ...request,
      headers,
    });
  };
  return {
    name: target.name,
    server: target.server,
    send: async (request) => {
      const answer = await exchange(request);
      if (answer.statusCode !== 401) return answer;
      answer.resume();
      target.credentials.drop();
      return await exchange(request);
    },
  };
}

function createAgent(secure: boolean, tls: TlsIdentity = {}): Agent {
  const options = { keepAlive: true, maxSockets: MAX_SOCKETS };
  return secure ? new TlsAgent({ ...options, ...tls }) : new Agent(options);
}

function closeFreeSockets(agent: Agent): void {
  for (const sockets of Object.values(agent.freeSockets))
    for (const socket of sockets ?? []) socket.destroy();
}

function perform(
  send: typeof requestHttps,
  agent: Agent,
  url: string,
  { method, headers, body, signal, timeoutMs, idleMs, onProven }: OutgoingRequest,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = send(url, { method, headers, agent, ...(signal && { signal }) });
    let timer: NodeJS.Timeout | undefined;
    let answer: IncomingMessage | undefined;
    const giveUp = (ms: number) =>
      (answer ?? outgoing).destroy(
        Object.assign(new Error(`no answer within ${ms / 1000} s`), { code: 'ETIMEDOUT' }),
      );
    outgoing.once('socket', (socket) => {
      timer = setTimeout(giveUp, timeoutMs, timeoutMs);
      if (onProven && socket instanceof TLSSocket) whenProven(socket, onProven);
    });
    outgoing.once('close', () => clearTimeout(timer));
    outgoing.on('error', reject);
    outgoing.once('response', (response) => {
      answer = response;
      if (idleMs === undefined) response.once('close', () => clearTimeout(timer));
      else {
        clearTimeout(timer);
        outgoing.setTimeout(idleMs, () => giveUp(idleMs));
      }
      resolve(response);
    });
    outgoing.end(body);
  });
}

/** One that is kept alive has been proven before. */
function whenProven(socket: TLSSocket, onProven: () => void): void {
  if (socket.connecting || !socket.authorized)
    socket.once('secureConnect', () => socket.authorized && onProven());
  else onProven();
}
