import type { IncomingMessage } from 'node:http';
import type { V1Pod } from '@kubernetes/client-node/dist/gen/index.js';
import { ObjectSerializer } from '@kubernetes/client-node/dist/gen/models/ObjectSerializer.js';
import { ClusterError } from '../errors.ts';
import { type Api, persist, READ_TIMEOUT_MS, readText, unwrap, via } from './api.ts';
import { type ApiStatus, parseStatus } from './api-status.ts';
import { accessFault, describeFailure, type Operation } from './faults.ts';
import type { Pod, PodList } from './objects.ts';
import { toPod } from './pod.ts';
import type { PodEvent, PodSelection } from './port.ts';

/** The server sends a bookmark about once a minute; silence beyond that means the stream is dead. */
const IDLE_MS = 90_000;
/** Longer than any drain in one invocation; the server ends the stream by itself then. */
const WATCH_SECONDS = 900;

export function listPodsOnNode(api: Api, nodeName: string, signal?: AbortSignal): Promise<PodList> {
  return listOnce(api, onNode(nodeName), signal);
}

export function watchPodsOnNode(api: Api, nodeName: string, resourceVersion: string, signal: AbortSignal) {
  return watchPods(api, onNode(nodeName), resourceVersion, signal);
}

const PAGE_SIZE = 500;

export async function* listPods(
  api: Api,
  which: 'all' | 'unbound',
  signal?: AbortSignal,
): AsyncGenerator<Pod> {
  const operation = onPods('list', `${which} pods`);
  const query = which === 'unbound' ? { fieldSelector: 'spec.nodeName=,status.phase=Pending' } : {};
  const options = via(api, { timeoutMs: READ_TIMEOUT_MS, signal });
  for (let token: string | undefined, more = true; more; more = token !== undefined) {
    const page = { ...query, limit: PAGE_SIZE, ...(token && { _continue: token }) };
    const answer = await persist(
      api,
      operation,
      () => api.core.listPodForAllNamespaces(page, options),
      signal,
    );
    // The list's snapshot expired while we paged: the server offers a token to go on with newer data.
    if (!answer.ok && answer.status.code === 410 && answer.status.continueToken) {
      token = answer.status.continueToken;
      continue;
    }
    const { items, metadata } = unwrap(api, operation, answer);
    for (const pod of items) yield toPod(pod);
    token = metadata?._continue || undefined;
  }
}

export function listPodsByLabel(api: Api, selection: PodSelection): Promise<PodList> {
  return listOnce(api, byLabel(selection));
}

export function watchPodsByLabel(
  api: Api,
  selection: PodSelection,
  resourceVersion: string,
  signal: AbortSignal,
) {
  return watchPods(api, byLabel(selection), resourceVersion, signal);
}

/** Which pods, as the query says it and as a person does. */
interface Scope {
  readonly namespace?: string;
  readonly query: { readonly fieldSelector: string } | { readonly labelSelector: string };
  readonly words: string;
}

function onNode(nodeName: string): Scope {
  return { query: { fieldSelector: `spec.nodeName=${nodeName}` }, words: `pods of node ${nodeName}` };
}

function byLabel({ namespace, labels }: PodSelection): Scope {
  return { namespace, query: { labelSelector: labels }, words: `pods ${labels} of namespace ${namespace}` };
}

async function listOnce(
  api: Api,
  { namespace, query, words }: Scope,
  signal?: AbortSignal,
): Promise<PodList> {
  const operation = onPods('list', words);
  const options = via(api, { timeoutMs: READ_TIMEOUT_MS, signal });
  const call = () =>
    namespace === undefined
      ? api.core.listPodForAllNamespaces(query, options)
      : api.core.listNamespacedPod({ namespace, ...query }, options);
  const answer = await persist(api, operation, call, signal);
  const { items, metadata } = unwrap(api, operation, answer);
  return { pods: items.map(toPod), resourceVersion: metadata?.resourceVersion ?? '' };
}

/**
 * Bookmarks only keep the stream visibly alive: they are read, not yielded. Throws `ClusterError` when access
 * is refused; every other end is `lost`, an abort ends silently.
 */
async function* watchPods(
  api: Api,
  scope: Scope,
  resourceVersion: string,
  signal: AbortSignal,
): AsyncGenerator<PodEvent> {
  try {
    const answer = await openWatch(api, scope, resourceVersion, signal);
    if (answer.statusCode !== 200) {
      yield lost(await refusal(api, onPods('watch', scope.words), answer));
      return;
    }
    api.access.allowed();
    for await (const line of readLines(answer)) {
      const event = parseEvent(line);
      if (event) yield event;
      if (event?.type === 'lost') return;
    }
    if (!signal.aborted) yield { type: 'lost', reason: 'the server ended the watch' };
  } catch (error) {
    if (error instanceof ClusterError) throw error;
    if (signal.aborted) return;
    api.access.broke();
    yield { type: 'lost', reason: describeFailure(error) };
  }
}

function openWatch(
  { connection, counts }: Api,
  { namespace, query: selector }: Scope,
  resourceVersion: string,
  signal: AbortSignal,
) {
  const query = new URLSearchParams({
    watch: 'true',
    allowWatchBookmarks: 'true',
    ...selector,
    resourceVersion,
    timeoutSeconds: String(WATCH_SECONDS),
  });
  const where = namespace === undefined ? '' : `namespaces/${encodeURIComponent(namespace)}/`;
  const path = `/api/v1/${where}pods?${query}`;
  return connection.send({
    method: 'GET',
    path,
    headers: { accept: 'application/json' },
    signal,
    timeoutMs: READ_TIMEOUT_MS,
    idleMs: IDLE_MS,
    onSend: () => counts.add('GET', path),
  });
}

async function* readLines(answer: IncomingMessage): AsyncGenerator<string> {
  answer.setEncoding('utf8');
  let rest = '';
  for await (const chunk of answer) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line.trim() !== '');
  }
}

/** `undefined` for what needs no answer (bookmarks, kinds of event from newer servers). */
function parseEvent(line: string): PodEvent | undefined {
  const { type, object }: { type?: unknown; object?: unknown } = JSON.parse(line);
  if (type === 'ADDED' || type === 'MODIFIED') return { type: 'changed', pod: parsePod(object) };
  if (type === 'DELETED') return { type: 'gone', pod: parsePod(object) };
  if (type === 'ERROR') return lost(parseStatus(errorCode(object), object));
  return undefined;
}

function parsePod(object: unknown) {
  const pod: V1Pod = ObjectSerializer.deserialize(object, 'V1Pod', '');
  return toPod(pod);
}

function errorCode(object: unknown): number {
  return typeof object === 'object' && object !== null && 'code' in object ? Number(object.code) : 0;
}

function lost({ code, message }: ApiStatus): PodEvent {
  return { type: 'lost', reason: `${code} ${message}` };
}

async function refusal(api: Api, operation: Operation, answer: IncomingMessage): Promise<ApiStatus> {
  const status = parseStatus(answer.statusCode ?? 0, await readText(answer));
  const fault = accessFault(api.name, operation, status);
  if (fault && !api.access.mayPass(fault)) throw fault;
  return status;
}

function onPods(verb: 'list' | 'watch', object: string): Operation {
  return { verb, resource: 'pods', apiGroup: '', object };
}
