/** Requests by Kubernetes verb and resource, the way an audit log or an RBAC rule names them. */
export interface RequestCounts {
  /** `path` with its query, as it is sent. */
  add(method: string, path: string): void;
  read(): Readonly<Record<string, number>>;
}

export function createRequestCounts(): RequestCounts {
  const counts: Record<string, number> = {};
  return {
    add: (method, path) => {
      const key = nameRequest(method, path);
      counts[key] = (counts[key] ?? 0) + 1;
    },
    read: () => ({ ...counts }),
  };
}

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** `POST …/namespaces/a/pods/b/eviction` → `create pods/eviction`. */
export function nameRequest(method: string, requested: string): string {
  const { pathname, searchParams } = new URL(requested, 'http://server');
  const path =
    /\/(?:api\/[^/]+|apis\/[^/]+\/[^/]+)\/(?:namespaces\/[^/]+\/)?(.+)$/.exec(pathname)?.[1] ?? pathname;
  const [resource = '', name, subresource] = path.split('/');
  const noun = subresource === undefined ? resource : `${resource}/${subresource}`;
  return `${VERBS[method] ?? readVerb(name, searchParams)} ${noun}`;
}

function readVerb(name: string | undefined, query: URLSearchParams): string {
  if (query.get('watch') === 'true' || query.get('watch') === '1') return 'watch';
  return name === undefined ? 'list' : 'get';
}
