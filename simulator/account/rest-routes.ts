/** Services that name an operation by method and path. */
export type RestService = 'eks' | 'fis' | 'lambda' | 'scheduler';

/** Which operation a REST request is, with the parts of its path. */
export interface RestCall {
  /** As the API names it; `METHOD /path` for what no route fits. */
  readonly operation: string;
  readonly path: Readonly<Record<string, string>>;
}

type Route = readonly [operation: string, method: string, path: string];

const ROUTES: Readonly<Record<RestService, readonly Route[]>> = {
  eks: [
    ['ListClusters', 'GET', '/clusters'],
    ['DescribeCluster', 'GET', '/clusters/{name}'],
    ['DescribeNodegroup', 'GET', '/clusters/{name}/node-groups/{nodegroup}'],
    ['ListAccessEntries', 'GET', '/clusters/{name}/access-entries'],
    ['CreateAccessEntry', 'POST', '/clusters/{name}/access-entries'],
    ['DescribeAccessEntry', 'GET', '/clusters/{name}/access-entries/{principalArn}'],
    ['UpdateAccessEntry', 'POST', '/clusters/{name}/access-entries/{principalArn}'],
    ['DeleteAccessEntry', 'DELETE', '/clusters/{name}/access-entries/{principalArn}'],
    ['TagResource', 'POST', '/tags/{arn}'],
    ['UntagResource', 'DELETE', '/tags/{arn}'],
  ],
  fis: [
    ['StartExperiment', 'POST', '/experiments'],
    ['GetExperiment', 'GET', '/experiments/{id}'],
    ['StopExperiment', 'DELETE', '/experiments/{id}'],
    ['GetExperimentTemplate', 'GET', '/experimentTemplates/{id}'],
  ],
  lambda: [
    ['GetFunctionConfiguration', 'GET', '/2015-03-31/functions/{name}/configuration'],
    ['GetFunctionConcurrency', 'GET', '/2019-09-30/functions/{name}/concurrency'],
    ['GetAccountSettings', 'GET', '/2016-08-19/account-settings'],
    ['GetEventSourceMapping', 'GET', '/2015-03-31/event-source-mappings/{name}'],
  ],
  scheduler: [['GetSchedule', 'GET', '/schedules/{name}']],
};

export function findRoute(
  service: RestService,
  { method, url }: { readonly method: string; readonly url: URL },
): RestCall {
  for (const [operation, routeMethod, template] of ROUTES[service]) {
    const path = routeMethod === method ? matchPath(template, url.pathname) : undefined;
    if (path) return { operation, path };
  }
  return { operation: `${method} ${url.pathname}`, path: {} };
}

function matchPath(template: string, pathname: string): Record<string, string> | undefined {
  const pattern = template.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  const found = new RegExp(`^${pattern}$`).exec(pathname);
  if (!found) return undefined;
  return Object.fromEntries(
    Object.entries(found.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
  );
}
