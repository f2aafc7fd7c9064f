import * as z from 'zod/mini';
import { readText } from '../../functions/cluster/api.ts';
import { parseStatus } from '../../functions/cluster/api-status.ts';
import type { Connection } from '../../functions/cluster/transport.ts';
import { refusal, unanswered } from './object-faults.ts';

/** An object, as JSON. */
export type KubeObject = z.infer<typeof kubeObject>;

export const kubeObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.optional(z.string()),
    uid: z.optional(z.string()),
    labels: z.optional(z.record(z.string(), z.string())),
  }),
});

interface KindOfObject {
  readonly apiVersion: string;
  readonly kind: string;
}

export interface WriteOptions {
  /** The server checks everything and stores nothing. */
  readonly dryRun: boolean;
}

/** What enrolment does with objects. Every method throws `ClusterError` with the remedy. */
export interface KubeObjects {
  get(object: KubeObject): Promise<KubeObject | undefined>;
  list(kind: KindOfObject, labelSelector: string): Promise<readonly KubeObject[]>;
  /** Server-side apply, also of fields that somebody else wrote: the object is as it answers. */
  apply(object: KubeObject, options: WriteOptions): Promise<KubeObject>;
  /** Only the object of this UID. */
  remove(object: KubeObject, options: WriteOptions): Promise<void>;
  /** Whether the cluster's authorizer lets the group do it, in every namespace. */
  isAllowed(question: AccessQuestion): Promise<boolean>;
}

/** As a rule of RBAC says it. */
export interface AccessQuestion {
  readonly group: string;
  readonly verb: string;
  readonly apiGroup: string;
  readonly resource: string;
  readonly subresource?: string;
  /** Absent: in all of them. */
  readonly namespace?: string;
}

const JSON_BODY = { 'content-type': 'application/json' };
const FIELD_MANAGER = 'spot-responder';
const TIMEOUT_MS = 15_000;

export function openObjects(connection: Connection): KubeObjects {
  const call = async (verb: string, object: string, request: Call): Promise<unknown> => {
    const answer = await send(connection, verb, object, request);
    if (answer.status === 404 && request.absentIsFine) return undefined;
    if (answer.status >= 400)
      throw refusal(connection, verb, object, parseStatus(answer.status, answer.body));
    return JSON.parse(answer.body);
  };
  return {
    get: async (object) => {
      const found = await call('get', nameOf(object), { path: pathOf(object), absentIsFine: true });
      return found === undefined ? undefined : kubeObject.parse(found);
    },
    list: async ({ apiVersion, kind }, labelSelector) => {
      const path = `${collectionOf(apiVersion, kind)}?${new URLSearchParams({ labelSelector })}`;
      const { items } = listOfObjects.parse(await call('list', kind, { path }));
      // Items of a list do not name their kind.
      return items.map((item) => kubeObject.parse({ ...item, apiVersion, kind }));
    },
    apply: async (object, { dryRun }) => {
      const query = new URLSearchParams({
        fieldManager: FIELD_MANAGER,
        force: 'true',
        ...(dryRun && { dryRun: 'All' }),
      });
      const path = `${pathOf(object)}?${query}`;
      const headers = { 'content-type': 'application/apply-patch+yaml' };
      const body = JSON.stringify(object);
      return kubeObject.parse(await call('patch', nameOf(object), { method: 'PATCH', path, headers, body }));
    },
    remove: async (object, { dryRun }) => {
      // All of it in the body: beside one, the server does not read the query, and would delete in a dry run.
      const body = JSON.stringify({
        preconditions: { uid: object.metadata.uid },
        ...(dryRun && { dryRun: ['All'] }),
      });
      const request: Call = {
        method: 'DELETE',
        path: pathOf(object),
        headers: JSON_BODY,
        body,
        absentIsFine: true,
      };
      await call('delete', nameOf(object), request);
    },
    isAllowed: async ({ apiGroup, group, ...attributes }) => {
      const spec = { groups: [group], resourceAttributes: { group: apiGroup, ...attributes } };
      const body = JSON.stringify({ apiVersion: REVIEWS, kind: 'SubjectAccessReview', spec });
      const path = `/apis/${REVIEWS}/subjectaccessreviews`;
      const answer = await call('create', 'SubjectAccessReview', {
        method: 'POST',
        path,
        headers: JSON_BODY,
        body,
      });
      return review.parse(answer).status.allowed;
    },
  };
}

const REVIEWS = 'authorization.k8s.io/v1';
const review = z.object({ status: z.object({ allowed: z.boolean() }) });

const listOfObjects = z.object({ items: z.array(z.looseObject({})) });

interface Call {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly absentIsFine?: true;
}

async function send(
  connection: Connection,
  verb: string,
  object: string,
  { body, headers, method = 'GET', path }: Call,
): Promise<{ readonly status: number; readonly body: string }> {
  try {
    const answer = await connection.send({
      method,
      path,
      headers: { accept: 'application/json', ...headers },
      timeoutMs: TIMEOUT_MS,
      onSend: () => undefined,
      ...(body !== undefined && { body }),
    });
    return { status: answer.statusCode ?? 0, body: await readText(answer) };
  } catch (error) {
    throw unanswered(connection, verb, object, error);
  }
}

export function nameOf({ kind, metadata }: KubeObject): string {
  const { name, namespace } = metadata;
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

function pathOf({ apiVersion, kind, metadata }: KubeObject): string {
  return `${collectionOf(apiVersion, kind, metadata.namespace)}/${encodeURIComponent(metadata.name)}`;
}

/** Without a namespace: of all. */
function collectionOf(apiVersion: string, kind: string, namespace?: string): string {
  const where = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `/apis/${apiVersion}${where}/${kind.toLowerCase().replace(/y$/, 'ie')}s`;
}
