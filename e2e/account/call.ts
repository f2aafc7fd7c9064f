import type { IncomingHttpHeaders } from 'node:http';
import * as z from 'zod/mini';

/** One request of an AWS client. */
export interface AwsCall {
  /** Of the signature's scope: `dynamodb`. */
  readonly service: string;
  /** Of the same. */
  readonly region: string;
  /** `GetItem` */
  readonly operation: string;
}

/** A request as it came in. */
export interface AwsRequest extends AwsCall {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Service and operation of a request, told apart by each protocol's own way. */
export function identify(
  method: string,
  path: string,
  headers: IncomingHttpHeaders,
  body: string,
): AwsRequest {
  const scope = /Credential=[^,]*\/([^/,]+)\/([^/,]+)\/aws4_request/.exec(headers.authorization ?? '');
  const [, region = '', service = ''] = scope ?? [];
  const target = headers['x-amz-target'];
  const operation =
    typeof target === 'string'
      ? (target.split('.').at(-1) ?? '')
      : (new URLSearchParams(body).get('Action') ?? restOperation(service, method, path));
  return { service, region, operation, method, path, headers, body };
}

/** Of the services that say it by method and path. */
const ROUTES: readonly (readonly [service: string, method: string, path: RegExp, operation: string])[] = [
  ['eks', 'GET', /^\/clusters$/, 'ListClusters'],
  ['eks', 'GET', /^\/clusters\/[^/]+$/, 'DescribeCluster'],
  ['eks', 'GET', /^\/clusters\/[^/]+\/node-groups\/[^/]+$/, 'DescribeNodegroup'],
  ['s3', 'GET', /^\/[^/]+\/.+$/, 'GetObject'],
  ['s3', 'HEAD', /^\/[^/]+\/.+$/, 'HeadObject'],
];

function restOperation(service: string, method: string, path: string): string {
  const bare = path.split('?')[0] ?? '';
  const route = ROUTES.find(([of, how, where]) => of === service && how === method && where.test(bare));
  return route?.[3] ?? `${method} ${bare}`;
}

/** What AWS bills a call as: rows that it names of a table (a query is counted as one), events that it puts on a bus, else one. */
export function unitsOf({ body, operation }: AwsRequest): number {
  switch (operation) {
    case 'BatchGetItem':
    case 'BatchWriteItem': {
      const { RequestItems } = batch.parse(JSON.parse(body));
      const rows = Object.values(RequestItems).map((each) => (Array.isArray(each) ? each : each.Keys).length);
      return rows.reduce((sum, count) => sum + count, 0);
    }
    case 'PutEvents':
      return entries.parse(JSON.parse(body)).Entries.length;
    default:
      return 1;
  }
}

const batch = z.object({
  RequestItems: z.record(
    z.string(),
    z.union([z.array(z.unknown()), z.looseObject({ Keys: z.array(z.unknown()) })]),
  ),
});
const entries = z.object({ Entries: z.array(z.unknown()) });
