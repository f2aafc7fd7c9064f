/** A request as Kubernetes sees it: verb and resource instead of method and path. */
export interface ApiRequest {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'patch' | 'delete' | 'update';
  /** Plural, with the subresource: `pods/eviction`. A path outside the API keeps itself: `/version`. */
  readonly resource: string;
  /** API group and version as in the path: `v1`, `policy/v1`. */
  readonly api: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly authorization?: string;
  readonly userAgent: string;
  /** The raw body; read once, parsed by the route. */
  readonly body: string;
}

export interface HttpParts {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export function toApiRequest(parts: HttpParts): ApiRequest {
  const url = new URL(parts.url, 'http://cluster');
  const target = parsePath(url.pathname);
  const authorization = header(parts, 'authorization');
  return {
    ...target,
    verb: verbOf(parts.method, target.name !== undefined || target.api === '', url.searchParams),
    query: url.searchParams,
    contentType: (header(parts, 'content-type') ?? '').split(';')[0]?.trim() ?? '',
    ...(authorization === undefined ? {} : { authorization }),
    userAgent: header(parts, 'user-agent') ?? '',
    body: parts.body,
  };
}

type Target = Pick<ApiRequest, 'api' | 'resource' | 'namespace' | 'name'>;

const RESOURCE_PATH =
  /^\/(?:api\/(?<core>v1)|apis\/(?<group>[^/]+\/[^/]+))(?:\/namespaces\/(?<namespace>[^/]+))?\/(?<kind>[^/]+)(?:\/(?<name>[^/]+)(?:\/(?<sub>[^/]+))?)?\/?$/;

function parsePath(path: string): Target {
  const found = RESOURCE_PATH.exec(path)?.groups;
  if (found?.kind === undefined) return { api: '', resource: path };
  const { core, group, namespace, kind, name, sub } = found;
  return {
    api: core ?? group ?? '',
    resource: sub === undefined ? kind : `${kind}/${sub}`,
    ...(namespace === undefined ? {} : { namespace: decodeURIComponent(namespace) }),
    ...(name === undefined ? {} : { name: decodeURIComponent(name) }),
  };
}

function verbOf(method: string, named: boolean, query: URLSearchParams): ApiRequest['verb'] {
  switch (method) {
    case 'POST':
      return 'create';
    case 'PATCH':
      return 'patch';
    case 'PUT':
      return 'update';
    case 'DELETE':
      return 'delete';
    default:
      if (isTrue(query.get('watch'))) return 'watch';
      return named ? 'get' : 'list';
  }
}

/** Booleans of a query as the API server reads them: present and neither `false` nor `0`. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== 'false' && value !== '0';
}

function header(parts: HttpParts, name: string): string | undefined {
  const value = parts.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
