import type { IncomingMessage } from 'node:http';
import type { ConfigurationOptions } from '@kubernetes/client-node/dist/gen/configuration.js';
import {
  AppsV1Api,
  CoreV1Api,
  createConfiguration,
  type HttpLibrary,
  PolicyV1Api,
  type RequestContext,
  ResponseContext,
  ServerConfiguration,
  wrapHttpLibrary,
} from '@kubernetes/client-node/dist/gen/index.js';
import type { Clock } from '../clock.ts';
import { ClusterError } from '../errors.ts';
import type { Access } from './access.ts';
import { type ApiStatus, statusOfError } from './api-status.ts';
import {
  accessFault,
  admissionFault,
  describeFailure,
  type Operation,
  unexpected,
  unreachable,
} from './faults.ts';
import type { RequestCounts } from './request-counts.ts';
import type { Connection } from './transport.ts';

/** What every operation of the adapter works with. */
export interface Api {
  readonly name: string;
  readonly connection: Connection;
  readonly access: Access;
  readonly core: CoreV1Api;
  readonly policy: PolicyV1Api;
  readonly apps: AppsV1Api;
  readonly counts: RequestCounts;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Reads and patches answer fast; an eviction may wait ten seconds in the server's own conflict retry. */
export const READ_TIMEOUT_MS = 10_000;
export const EVICT_TIMEOUT_MS = 20_000;
/** Nobody waits for an Event. */
export const EVENT_TIMEOUT_MS = 3_000;

export interface CallOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly contentType?: 'application/json-patch+json' | 'application/strategic-merge-patch+json';
}

/** The generated client insists on whole URLs; the connection knows the server. */
const ANY_SERVER = 'http://server';

export function createApi(parts: Omit<Api, 'apps' | 'core' | 'policy' | 'name'>): Api {
  const configuration = createConfiguration({
    baseServer: new ServerConfiguration(ANY_SERVER, {}),
    httpApi: httpLibrary(parts.connection, parts.counts, { timeoutMs: READ_TIMEOUT_MS }),
  });
  const [core, policy] = [new CoreV1Api(configuration), new PolicyV1Api(configuration)];
  return { ...parts, name: parts.connection.name, core, policy, apps: new AppsV1Api(configuration) };
}

/** Per-call settings for the generated client: it lets each call bring its own HTTP library. */
export function via({ connection, counts }: Api, options: CallOptions): ConfigurationOptions {
  return { httpApi: httpLibrary(connection, counts, options) };
}

function httpLibrary(connection: Connection, counts: RequestCounts, options: CallOptions): HttpLibrary {
  return wrapHttpLibrary({ send: (context) => sendOverConnection(connection, counts, options, context) });
}

async function sendOverConnection(
  connection: Connection,
  counts: RequestCounts,
  { timeoutMs, signal, contentType }: CallOptions,
  context: RequestContext,
): Promise<ResponseContext> {
  const [method, body] = [context.getHttpMethod(), context.getBody()];
  const path = context.getUrl().slice(ANY_SERVER.length);
  const answer = await connection.send({
    method,
    path,
    headers: { ...context.getHeaders(), ...(contentType && { 'Content-Type': contentType }) },
    timeoutMs,
    onSend: () => counts.add(method, path),
    ...(typeof body === 'string' && { body }),
    ...(signal && { signal }),
  });
  const text = await readText(answer);
  const headers = Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
  );
  return new ResponseContext(answer.statusCode ?? 0, headers, {
    text: async () => text,
    binary: async () => Buffer.from(text),
    stream: () => null,
  });
}

export async function readText(answer: IncomingMessage): Promise<string> {
  answer.setEncoding('utf8');
  let text = '';
  for await (const chunk of answer) text += chunk;
  return text;
}

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly status: ApiStatus };

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 150;
/** What a server may ask for at most: the notice is short. */
const LONGEST_PAUSE_MS = 5_000;

/**
 * Repeats what is safe to repeat (reads, patches with a `test`) when there is no answer, or 429 or 5xx: four
 * attempts within about two seconds, or as `Retry-After` says. Throws `ClusterError` when that did not help or
 * access is refused; the signal's reason when aborted. Other refusals are returned.
 */
export async function persist<T>(
  api: Api,
  operation: Operation,
  call: () => Promise<T>,
  signal?: AbortSignal,
): Promise<Answer<T>> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const value = await call();
      api.access.allowed();
      return { ok: true, value };
    } catch (error) {
      signal?.throwIfAborted();
      const status = statusOfError(error);
      if (error instanceof ClusterError) throw error;
      if (!status) api.access.broke();
      const fault = status && faultOf(api.name, operation, status);
      if (fault && !api.access.mayPass(fault)) throw fault;
      if (status && !fault && !isTransient(status)) return { ok: false, status };
      if (attempt === ATTEMPTS)
        throw gaveUp(api, operation, status ? `${status.code} ${status.message}` : describeFailure(error));
      await api.clock.sleep(pauseMs(api, attempt, status), signal);
    }
  }
}

function faultOf(cluster: string, operation: Operation, status: ApiStatus): ClusterError | undefined {
  return accessFault(cluster, operation, status) ?? admissionFault(cluster, operation, status);
}

/** For answers that are either the value or a fault. */
export function unwrap<T>(api: Api, operation: Operation, answer: Answer<T>): T {
  if (answer.ok) return answer.value;
  throw unexpected(api.name, operation, answer.status);
}

function pauseMs({ random }: Api, attempt: number, status: ApiStatus | undefined): number {
  const asked = Math.min(LONGEST_PAUSE_MS, (status?.retryAfterSeconds ?? 0) * 1000);
  return Math.max(asked, FIRST_PAUSE_MS * 2 ** attempt * (0.5 + random() / 2));
}

/** A server that has just started answers 403 while its admission plugins are not ready. */
function isTransient({ code, message }: ApiStatus): boolean {
  return code === 429 || code >= 500 || (code === 403 && message.includes('not yet ready to handle request'));
}

function gaveUp(api: Api, operation: Operation, reason: string): ClusterError {
  return unreachable(api.name, api.connection.server, operation, reason);
}
