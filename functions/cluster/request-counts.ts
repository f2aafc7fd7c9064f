/** Requests by Kubernetes verb and resource, the way an audit log or an RBAC rule names them. */
export interface RequestCounts {
  add(method: string, url: string): void;
  read(): Readonly<Record<string, number>>;
}

export function createRequestCounts(): RequestCounts {
  const counts: Record<string, number> = {};
  return {
    add: (method, url) => {
      const key = nameRequest(method, url);
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

/** `POST …/namespaces/a/pods/b/eviction` → `create pods/eviction`. A path prefix before `/api` is no matter. */
export function nameRequest(method: string, url: string): string {
  const { pathname, searchParams } = new URL(url);
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
