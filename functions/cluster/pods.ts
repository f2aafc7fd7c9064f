import type { IncomingMessage } from 'node:http';
import type { V1Pod } from '@kubernetes/client-node/dist/gen/index.js';
import { ObjectSerializer } from '@kubernetes/client-node/dist/gen/models/ObjectSerializer.js';
import { ClusterError } from '../errors.ts';
import { type Api, persist, READ_TIMEOUT_MS, readText, unwrap } from './api.ts';
import { type ApiStatus, parseStatus } from './api-status.ts';
import { accessFault, describeFailure, type Operation } from './faults.ts';
import { toPod } from './pod.ts';
import type { PodEvent, PodList } from './port.ts';

/** The server sends a bookmark about once a minute; silence beyond that means the stream is dead. */
const IDLE_MS = 90_000;
/** Longer than any drain in one invocation; the server ends the stream by itself then. */
const WATCH_SECONDS = 900;

export async function listPodsOnNode(api: Api, nodeName: string): Promise<PodList> {
  const operation = onPods('list', nodeName);
  const request = { fieldSelector: `spec.nodeName=${nodeName}` };
  const answer = await persist(api, operation, () => api.core.listPodForAllNamespaces(request));
  const { items, metadata } = unwrap(api, operation, answer);
  return { pods: items.map(toPod), resourceVersion: metadata?.resourceVersion ?? '' };
}

/**
 * Bookmarks only keep the stream visibly alive: they are read, not yielded. Throws `ClusterError` when access
 * is refused; every other end is `lost`, an abort ends silently.
 */
export async function* watchPodsOnNode(
  api: Api,
  nodeName: string,
  resourceVersion: string,
  signal: AbortSignal,
): AsyncGenerator<PodEvent> {
  try {
    const answer = await openWatch(api, nodeName, resourceVersion, signal);
    if (answer.statusCode !== 200) {
      yield lost(await refusal(api, onPods('watch', nodeName), answer));
      return;
    }
    for await (const line of readLines(answer)) {
      const event = parseEvent(line);
      if (event) yield event;
      if (event?.type === 'lost') return;
    }
    if (!signal.aborted) yield { type: 'lost', reason: 'the server ended the watch' };
  } catch (error) {
    if (error instanceof ClusterError) throw error;
    if (!signal.aborted) yield { type: 'lost', reason: describeFailure(error) };
  }
}

function openWatch(
  { connection, counts }: Api,
  nodeName: string,
  resourceVersion: string,
  signal: AbortSignal,
) {
  const query = new URLSearchParams({
    watch: 'true',
    allowWatchBookmarks: 'true',
    fieldSelector: `spec.nodeName=${nodeName}`,
    resourceVersion,
    timeoutSeconds: String(WATCH_SECONDS),
  });
  const url = `${connection.target.server.replace(/\/+$/, '')}/api/v1/pods?${query}`;
  return connection.send({
    method: 'GET',
    url,
    headers: { accept: 'application/json' },
    signal,
    timeoutMs: READ_TIMEOUT_MS,
    idleMs: IDLE_MS,
    onSend: () => counts.add('GET', url),
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
  if (fault) throw fault;
  return status;
}

function onPods(verb: 'list' | 'watch', nodeName: string): Operation {
  return { verb, resource: 'pods', apiGroup: '', object: `pods of node ${nodeName}` };
}
