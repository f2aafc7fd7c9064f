import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { ServiceFault } from './state.ts';
import { renderXml, type XmlValue } from './xml.ts';

/** One request as the SDK client meant it. */
export type ServiceRequest =
  | {
      readonly service: 'ec2' | 'autoscaling';
      readonly operation: string;
      readonly parameters: URLSearchParams;
    }
  | {
      readonly service: 'eks';
      readonly operation: string;
      readonly name: string;
      readonly nodegroup?: string;
      readonly query: URLSearchParams;
    }
  | {
      readonly service: 'events' | 'pricing' | 'secretsmanager' | 'sqs';
      readonly operation: string;
      readonly body: unknown;
    };

export interface WireRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Tells service and operation apart as AWS does: by the signature's scope, then each protocol's own way. */
export function readRequest(wire: WireRequest): ServiceRequest {
  const service = signedService(wire.headers.authorization ?? '');
  switch (service) {
    case 'ec2':
    case 'autoscaling': {
      const parameters = new URLSearchParams(wire.body);
      return { service, operation: parameters.get('Action') ?? '', parameters };
    }
    case 'eks':
      return { service, ...eksRoute(wire) };
    case 'events':
    case 'pricing':
    case 'secretsmanager':
    case 'sqs': {
      const target = z.string().parse(wire.headers['x-amz-target'] ?? '');
      return { service, operation: target.split('.').at(-1) ?? '', body: JSON.parse(wire.body) };
    }
    default:
      throw new ServiceFault('MissingAuthenticationToken', `no simulated service for "${service}"`);
  }
}

/** `AWS4-HMAC-SHA256 Credential=KEY/20261120/us-east-2/ec2/aws4_request, …` */
function signedService(authorization: string): string {
  return /Credential=[^,]*\/([^/,]+)\/aws4_request/.exec(authorization)?.[1] ?? '';
}

function eksRoute({ method, url }: WireRequest) {
  const [, cluster, nodegroup] = /^\/clusters\/([^/]+)\/node-groups\/([^/]+)$/.exec(url.pathname) ?? [];
  if (method === 'GET' && cluster !== undefined && nodegroup !== undefined) {
    return {
      operation: 'DescribeNodegroup',
      name: decodeURIComponent(cluster),
      nodegroup: decodeURIComponent(nodegroup),
      query: url.searchParams,
    };
  }
  const name = /^\/clusters\/([^/]+)$/.exec(url.pathname)?.[1];
  if (method === 'GET' && name !== undefined) {
    return { operation: 'DescribeCluster', name: decodeURIComponent(name), query: url.searchParams };
  }
  const listed = method === 'GET' && url.pathname === '/clusters';
  return {
    operation: listed ? 'ListClusters' : `${method} ${url.pathname}`,
    name: '',
    query: url.searchParams,
  };
}

const REQUEST_ID = '00000000-0000-4000-8000-000000000000';
const EC2_NAMESPACE = 'http://ec2.amazonaws.com/doc/2016-11-15/';
const XML = { 'content-type': 'text/xml;charset=UTF-8' };

/** EC2 puts its fields into the response element, in lists of `<item>`. */
export function ec2Answer(operation: string, fields: { readonly [name: string]: XmlValue }): WireAnswer {
  const xml = renderXml(`${operation}Response`, { requestId: REQUEST_ID, ...fields }, 'item');
  const withNamespace = xml.replace(
    `<${operation}Response>`,
    `<${operation}Response xmlns="${EC2_NAMESPACE}">`,
  );
  return { status: 200, headers: XML, body: withNamespace };
}

/** Auto Scaling wraps its fields once more and lists `<member>`s. */
export function queryAnswer(operation: string, fields: { readonly [name: string]: XmlValue }): WireAnswer {
  const content = { [`${operation}Result`]: fields, ResponseMetadata: { RequestId: REQUEST_ID } };
  return { status: 200, headers: XML, body: renderXml(`${operation}Response`, content, 'member') };
}

export function jsonAnswer(fields: object, version: '1.0' | '1.1' | 'rest'): WireAnswer {
  const contentType = version === 'rest' ? 'application/json' : `application/x-amz-json-${version}`;
  return { status: 200, headers: { 'content-type': contentType }, body: JSON.stringify(fields) };
}

/** The error in the form that the service's own client reads. */
export function faultAnswer(service: ServiceRequest['service'] | undefined, fault: ServiceFault): WireAnswer {
  const status = STATUS[fault.code] ?? 400;
  const { code, message } = fault;
  switch (service) {
    case 'ec2': {
      const error = { Errors: { Error: { Code: code, Message: message } }, RequestID: REQUEST_ID };
      return {
        status,
        headers: XML,
        body: renderXml('Response', error, 'item'),
      };
    }
    case 'autoscaling': {
      const error = { Error: { Type: 'Sender', Code: code, Message: message }, RequestId: REQUEST_ID };
      return { status, headers: XML, body: renderXml('ErrorResponse', error, 'member') };
    }
    default: {
      const headers = { 'content-type': 'application/json', 'x-amzn-errortype': code };
      return { status, headers, body: JSON.stringify({ __type: code, message }) };
    }
  }
}

const STATUS: Readonly<Record<string, number>> = {
  RequestLimitExceeded: 503,
  ServiceUnavailable: 503,
  Unavailable: 503,
  InternalError: 500,
  InternalFailure: 500,
  ServerException: 500,
  UnauthorizedOperation: 403,
  AccessDenied: 403,
  AccessDeniedException: 403,
  AuthFailure: 401,
  MissingAuthenticationToken: 403,
  ResourceNotFoundException: 404,
};
