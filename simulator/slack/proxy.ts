import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock } from '../../functions/clock.ts';
import { refuseMessage } from './block-kit.ts';
import { type FaultQueue, faultQueue, type SlackFault } from './faults.ts';
import { type Limits, slackLimits } from './limits.ts';

/** One call that reached Slack's door. */
export interface SlackCall {
  /** Web API method, or `webhook`. */
  readonly method: string;
  readonly target: string;
  readonly at: Date;
  /** How it was answered: `ok`, an error code, a status, or the fault that was injected. */
  readonly answer: string;
  readonly text: string;
  /** Its blocks, as JSON. */
  readonly content: string;
}

export interface SlackProxy {
  readonly origin: string;
  readonly calls: readonly SlackCall[];
  readonly faults: FaultQueue;
  close(): Promise<void>;
}

interface ProxyOptions {
  /** The emulator behind it. */
  readonly upstream: string;
  readonly clock: Clock;
  /** Tokens that Slack knows; any other is `invalid_auth`. */
  readonly tokens: () => readonly string[];
  readonly limited: boolean;
}

/** Stands before the emulator: does what Slack does and the emulator does not (limits, tokens, block rules), and harm on request. */
export async function startSlackProxy(options: ProxyOptions): Promise<SlackProxy> {
  const calls: SlackCall[] = [];
  const faults = faultQueue();
  const gate: Gate = {
    ...options,
    faults,
    limits: slackLimits(options.clock),
    note: (call) => calls.push(call),
  };
  const server = createServer((request, response) => {
    serve(gate, request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    );
  });
  return { origin: await listen(server), calls, faults, close: () => close(server) };
}

interface Gate extends ProxyOptions {
  readonly faults: FaultQueue;
  readonly limits: Limits;
  readonly note: (call: SlackCall) => void;
}

interface Call {
  readonly method: string;
  readonly target: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly token: string | undefined;
}

async function serve(gate: Gate, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  const call = readCall(request, body);
  const answer = (text: string) => gate.note({ ...describe(call), at: gate.clock.now(), answer: text });
  const fault = gate.faults.take(call.method);
  if (fault) answer(fault.type === 'error' ? fault.code : fault.type);
  if (fault && doHarm(fault, call.method, response)) return;
  const seconds = gate.limited && !fault ? gate.limits.waitFor(call.method, call.target) : 0;
  if (seconds > 0) {
    answer('ratelimited');
    return void response.writeHead(429, { 'retry-after': String(seconds) }).end('ratelimited');
  }
  const refusal = refuse(gate, call);
  if (refusal !== undefined) {
    answer(refusal);
    return refuseWith(call, refusal, response);
  }
  const passed = await pass(gate.upstream, request, body);
  if (!fault)
    answer(
      passed.status === 200
        ? (/"error":"([^"]+)"/.exec(passed.text)?.[1] ?? 'ok')
        : `status ${passed.status}`,
    );
  if (fault?.type === 'reset-after') return void response.destroy();
  // Left open: the caller's own limit ends it.
  if (fault?.type === 'answer-lost') return;
  response.writeHead(passed.status, { 'content-type': passed.contentType }).end(passed.text);
}

function describe({ method, target, payload }: Call): Omit<SlackCall, 'at' | 'answer'> {
  return { method, target, text: String(payload.text ?? ''), content: JSON.stringify(payload.blocks ?? []) };
}

/** True when that was the whole answer. */
function doHarm(fault: SlackFault, method: string, response: ServerResponse): boolean {
  switch (fault.type) {
    case 'limited':
      response.writeHead(429, { 'retry-after': String(fault.seconds) }).end('ratelimited');
      return true;
    case 'status':
      response.writeHead(fault.status).end('upstream error');
      return true;
    case 'reset':
      response.destroy();
      return true;
    case 'error': {
      const { code: error, needed } = fault;
      if (method === 'webhook') response.writeHead(404).end(error);
      else response.writeHead(200, JSON_TYPE).end(JSON.stringify({ ok: false, error, needed }));
      return true;
    }
    case 'answer-lost':
    case 'reset-after':
      return false;
  }
}

const JSON_TYPE = { 'content-type': 'application/json' };

/** The error code that Slack would give. */
function refuse({ tokens }: Gate, { method, payload, token }: Call): string | undefined {
  const isWebhook = method === 'webhook';
  if (!isWebhook && !tokens().includes(token ?? '')) return 'invalid_auth';
  if (!isWebhook && method !== 'chat.postMessage' && method !== 'chat.update') return undefined;
  return refuseMessage(payload)?.error;
}

function refuseWith({ method }: Call, error: string, response: ServerResponse): void {
  if (method === 'webhook') response.writeHead(400).end(error);
  else
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ok: false, error }));
}

function readCall(request: IncomingMessage, body: string): Call {
  const path = request.url ?? '';
  if (path.startsWith('/services/')) {
    return { method: 'webhook', target: path, payload: Object(JSON.parse(body)), token: undefined };
  }
  const form = Object.fromEntries(new URLSearchParams(body));
  const payload = { ...form, ...(form.blocks !== undefined && { blocks: parseBlocks(form.blocks) }) };
  const token = request.headers.authorization?.replace('Bearer ', '');
  return { method: path.replace('/api/', ''), target: form.channel ?? '', payload, token };
}

/** An empty list takes the blocks of an edited message away. */
function parseBlocks(text: string): unknown {
  const blocks: unknown = JSON.parse(text);
  return Array.isArray(blocks) && blocks.length === 0 ? undefined : blocks;
}

async function pass(upstream: string, request: IncomingMessage, body: string) {
  const { authorization, 'content-type': contentType = 'application/json' } = request.headers;
  const headers = { 'content-type': contentType, ...(authorization !== undefined && { authorization }) };
  const answer = await fetch(`${upstream}${request.url}`, { method: 'POST', headers, body });
  return {
    status: answer.status,
    text: await answer.text(),
    contentType: answer.headers.get('content-type') ?? 'application/json',
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function listen(server: Server): Promise<string> {
  // As of the simulated account: what is idle on a busy machine stays open.
  server.keepAliveTimeout = 0;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') return reject(new Error('The proxy has no port'));
      resolve(`http://127.0.0.1:${address.port}`);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
