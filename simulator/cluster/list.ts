import { z } from 'zod';
import type { ApiRequest } from './api-request.ts';
import type { StoredObject } from './objects.ts';
import { type Predicate, parseFieldQuery, parseLabelQuery } from './selectors.ts';
import { type Answer, badRequest, expiredPage, ok } from './status.ts';
import { type Collection, keyOf } from './store.ts';
import type { World } from './world.ts';

/** What a LIST or WATCH of one resource needs to know of it. */
export interface ListedResource<T extends StoredObject> {
  readonly apiVersion: string;
  readonly listKind: string;
  readonly collection: Collection<T>;
  /** Fields a `fieldSelector` may name, and how to read them. */
  readonly fields: Readonly<Record<string, (object: T) => string>>;
  /** The object as it is served, where that differs from what is stored. */
  readonly render?: (object: T) => unknown;
}

/** LIST with selectors and pages. A page's `continue` holds the snapshot's revision and the last key. */
export function answerList<T extends StoredObject>(
  world: World,
  resource: ListedResource<T>,
  request: ApiRequest,
): Answer {
  const selected = selectorOf(resource, request);
  if (selected.type === 'unsupported') return badRequest(selected.message);
  const page = readPage(request.query, world.revisions.current());
  if (page === undefined) return badRequest('continue key is not valid: illegal base64 data');
  if (page.revision < resource.collection.oldest()) {
    return expiredPage(writeContinue({ ...page, revision: world.revisions.current() }));
  }
  const rest = resource.collection
    .list()
    .filter((object) => selected.test(object) && keyOf(object.metadata) > page.after);
  const items = page.limit > 0 ? rest.slice(0, page.limit) : rest;
  const last = items.at(-1);
  const more = rest.length > items.length && last !== undefined;
  const unselected = !request.query.get('fieldSelector') && !request.query.get('labelSelector');
  return ok({
    kind: resource.listKind,
    apiVersion: resource.apiVersion,
    metadata: {
      resourceVersion: String(page.revision),
      ...(more ? { continue: writeContinue({ revision: page.revision, after: keyOf(last.metadata) }) } : {}),
      ...(more && unselected ? { remainingItemCount: rest.length - items.length } : {}),
    },
    // As on the real server, items of a list carry no kind and apiVersion of their own.
    items: items.map((object) => withoutKind(resource.render?.(object) ?? object)),
  });
}

/** Namespace, label and field selectors of a request as one predicate. */
export function selectorOf<T extends StoredObject>(
  { fields }: ListedResource<T>,
  { namespace, query }: ApiRequest,
): Predicate<T> {
  const byLabel = parseLabelQuery(query.get('labelSelector') ?? '');
  const byField = parseFieldQuery(query.get('fieldSelector') ?? '', fields);
  if (byLabel.type === 'unsupported') return byLabel;
  if (byField.type === 'unsupported') return byField;
  return {
    type: 'selects',
    test: (object) =>
      (namespace === undefined || object.metadata.namespace === namespace) &&
      byLabel.test(object.metadata.labels) &&
      byField.test(object),
  };
}

const continueToken = z.object({ revision: z.number(), after: z.string() });

interface Page {
  readonly limit: number;
  readonly revision: number;
  readonly after: string;
}

function readPage(query: URLSearchParams, current: number): Page | undefined {
  const limit = Number(query.get('limit') ?? 0);
  const token = query.get('continue');
  if (!token) return { limit, revision: current, after: '' };
  try {
    const decoded: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    return { limit, ...continueToken.parse(decoded) };
  } catch {
    return undefined;
  }
}

function writeContinue(token: z.infer<typeof continueToken>): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function withoutKind(object: unknown): unknown {
  if (typeof object !== 'object' || object === null) return object;
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = { kind: '', apiVersion: '', ...object };
  return rest;
}
