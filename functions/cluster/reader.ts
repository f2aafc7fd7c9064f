import { ApiException } from '@kubernetes/client-node/dist/gen/apis/exception.js';
import * as z from 'zod/mini';
import { type Api, createApi, persist, READ_TIMEOUT_MS, readText, unwrap } from './api.ts';
import type { Operation } from './faults.ts';
import { createRequestCounts } from './request-counts.ts';

/** One kind of object, as its URL names it. */
export interface ResourceKind {
  /** `''` for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

interface ListScope {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  /** As in a query, e.g. `status.phase=Running`. */
  readonly fieldSelector?: string;
}

/** Reads whole objects of any kind, for looking at a cluster; it cannot write. */
export interface ObjectReader {
  /** Cluster name, for messages. */
  readonly name: string;
  /** Each API group that the server knows, with all its versions, the preferred one first. One request. */
  groups(): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Pages through the objects, 500 at a time, as the server's JSON. Throws `ClusterError`. */
  list(kind: ResourceKind, scope?: ListScope): AsyncIterable<unknown>;
  /** Requests sent so far by verb and resource. */
  requestCounts(): Readonly<Record<string, number>>;
}

type ReaderParts = Pick<Api, 'connection' | 'access' | 'clock' | 'random'>;

/** A page may be some megabytes, and the other side of the world. */
const PAGE_TIMEOUT_MS = 3 * READ_TIMEOUT_MS;
const PAGE_SIZE = 500;

/** A reader over the connection, its request counts its own. */
export function objectReader(parts: ReaderParts): ObjectReader {
  const api = createApi({ ...parts, counts: createRequestCounts() });
  return {
    name: api.name,
    groups: () => readGroups(api),
    list: (kind, scope = {}) => listObjects(api, kind, scope),
    requestCounts: api.counts.read,
  };
}

const groupList = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      versions: z.array(z.object({ version: z.string() })),
      preferredVersion: z.optional(z.object({ version: z.string() })),
    }),
  ),
});

async function readGroups(api: Api): Promise<ReadonlyMap<string, readonly string[]>> {
  const operation: Operation = { verb: 'get', resource: 'apis', apiGroup: '', object: 'the API groups' };
  const answer = await persist(api, operation, () => getJson(api, '/apis'));
  const { groups } = groupList.parse(unwrap(api, operation, answer));
  const entries = groups.map(({ name, preferredVersion, versions }): [string, readonly string[]] => {
    const all = [preferredVersion?.version ?? [], ...versions.map(({ version }) => version)].flat();
    return [name, [...new Set(all)]];
  });
  return new Map([['', ['v1']], ...entries]);
}

const objectPage = z.object({
  items: z.nullish(z.array(z.unknown())),
  metadata: z.optional(z.object({ continue: z.optional(z.string()) })),
});

/** Pages through the objects as the server's JSON; also for the adapter, where the typed clients know no such kind. */
export async function* listObjects(
  api: Api,
  kind: ResourceKind,
  scope: ListScope,
  signal?: AbortSignal,
): AsyncGenerator<unknown> {
  const { group, plural } = kind;
  const object = scope.namespace === undefined ? 'all namespaces' : `namespace ${scope.namespace}`;
  const operation: Operation = { verb: 'list', resource: plural, apiGroup: group, object };
  for (let token: string | undefined, more = true; more; more = token !== undefined) {
    const path = pathOf(kind, scope, token);
    const answer = await persist(api, operation, () => getJson(api, path, signal), signal);
    // The list's snapshot expired while we paged: the server offers a token to go on with newer data.
    if (!answer.ok && answer.status.code === 410 && answer.status.continueToken) {
      token = answer.status.continueToken;
      continue;
    }
    // A kind that the server does not know has no objects.
    if (!answer.ok && answer.status.code === 404) return;
    const page = objectPage.parse(unwrap(api, operation, answer));
    yield* page.items ?? [];
    token = page.metadata?.continue || undefined;
  }
}

function pathOf(
  { group, version, plural }: ResourceKind,
  { namespace, fieldSelector }: ListScope,
  token: string | undefined,
): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const where = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const query = new URLSearchParams({
    limit: String(PAGE_SIZE),
    ...(fieldSelector && { fieldSelector }),
    ...(token && { continue: token }),
  });
  return `${root}${where}/${plural}?${query}`;
}

async function getJson({ connection, counts }: Api, path: string, signal?: AbortSignal): Promise<unknown> {
  const answer = await connection.send({
    method: 'GET',
    path,
    headers: { accept: 'application/json' },
    timeoutMs: PAGE_TIMEOUT_MS,
    onSend: () => counts.add('GET', path),
    ...(signal && { signal }),
  });
  const [code, text] = [answer.statusCode ?? 0, await readText(answer)];
  if (code === 200) return JSON.parse(text);
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
  throw new ApiException(code, 'no list', text, Object.fromEntries(headers));
}
