import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AwsCall, type AwsRequest, identify, unitsOf } from './call.ts';

/** How a request was answered. */
export interface AwsAnswer {
  readonly status: number;
  readonly contentType: string;
  /** Where REST services name an error. */
  readonly errorType?: string;
  readonly body: string;
}

/** A call that reached the account. */
export interface RecordedCall extends AwsCall {
  readonly caller: string;
  readonly at: Date;
  readonly status: number;
  /** What AWS bills it as: rows of a table, events for a bus, one call of anything else. */
  readonly units: number;
}

/** Answers in the account's stead, or lets the request pass: `undefined`. */
export type Interceptor = (
  request: AwsRequest,
  caller: string,
  pass: () => Promise<AwsAnswer>,
) => Promise<AwsAnswer | undefined> | undefined;

export interface GatewayOptions {
  /** moto, or who answers for the service in its place. */
  readonly upstreamOf: (service: string) => string;
  /** Twelve digits: moto keeps each account apart. */
  readonly account: string;
  /** The first one that answers does. */
  readonly interceptors: () => readonly Interceptor[];
  /** What each call takes longer. */
  readonly delayMs: number;
  readonly onCall: (call: RecordedCall) => void;
}

export interface Gateway {
  readonly endpoint: string;
  close(): Promise<void>;
}

/**
 * The AWS endpoint of one caller: tells who calls, keeps the way's latency, does what moto does not, and passes the
 * rest on.
 */
export async function openGateway(caller: string, options: GatewayOptions): Promise<Gateway> {
  const server = createServer((request, response) => {
    serve(caller, options, request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 120_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the gateway has no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(
  caller: string,
  options: GatewayOptions,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await text(incoming);
  const asked = identify(incoming.method ?? 'GET', incoming.url ?? '/', incoming.headers, body);
  if (options.delayMs > 0) await sleep(options.delayMs);
  const pass = () =>
    forward(options.upstreamOf(asked.service), asked, { 'x-moto-account-id': options.account });
  let answer: AwsAnswer | undefined;
  for (const each of options.interceptors()) answer ??= await each(asked, caller, pass);
  answer ??= await pass();
  const { operation, region, service } = asked;
  options.onCall({
    caller,
    service,
    region,
    operation,
    at: new Date(),
    status: answer.status,
    units: unitsOf(asked),
  });
  const named = answer.errorType === undefined ? {} : { [ERROR_TYPE]: answer.errorType };
  response.writeHead(answer.status, { 'content-type': answer.contentType, ...named }).end(answer.body);
}

const ERROR_TYPE = 'x-amzn-errortype';

/** Kept: a storm is thousands of calls. */
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** Asks another server on this machine in the caller's stead. Not by `fetch`, whose streams cost more than the call. */
async function forward(
  upstream: string,
  { body, headers, method, path }: AwsRequest,
  added: Readonly<Record<string, string>>,
): Promise<AwsAnswer> {
  const passed = ['authorization', 'content-type', 'x-amz-target', 'x-amz-date', 'x-amzn-query-mode'];
  const own = passed.flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name]]] : []));
  const length = { 'content-length': Buffer.byteLength(body) };
  const outgoing = request(`${upstream}${path}`, {
    agent,
    method,
    headers: { ...Object.fromEntries(own), ...added, ...length },
  });
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  outgoing.end(body);
  const [answer] = await answered;
  const errorType = answer.headers[ERROR_TYPE];
  return {
    ...(typeof errorType === 'string' && { errorType }),
    status: answer.statusCode ?? 502,
    contentType: answer.headers['content-type'] ?? 'application/json',
    body: await text(answer),
  };
}

/** An error as the service's client reads it. */
export function refusal(
  { headers, service }: AwsRequest,
  code: string,
  message: string,
  status = 400,
): AwsAnswer {
  if (typeof headers['x-amz-target'] === 'string' || service === 'eks') {
    const body = JSON.stringify({ __type: code, code, message, Message: message });
    return { status, contentType: 'application/x-amz-json-1.0', body };
  }
  const error = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  const body =
    service === 'ec2'
      ? `<Response><Errors>${error}</Errors><RequestID>0</RequestID></Response>`
      : service === 's3'
        ? error
        : `<ErrorResponse>${error}<RequestId>0</RequestId></ErrorResponse>`;
  return { status, contentType: 'text/xml', body };
}
