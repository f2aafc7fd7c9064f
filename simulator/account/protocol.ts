import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { findRoute, type RestCall, type RestService } from './rest-routes.ts';
import { ServiceFault } from './state.ts';
import { renderXml, type XmlValue } from './xml.ts';

/** One request as the SDK client meant it, and whose endpoint it was sent to. */
export type ServiceRequest = { readonly region: string } & ServiceCall;

type ServiceCall =
  | {
      readonly service: 'ec2' | 'autoscaling' | 'cloudformation';
      readonly operation: string;
      readonly parameters: URLSearchParams;
    }
  | (RestCall & {
      readonly service: RestService;
      readonly query: URLSearchParams;
      /** `undefined` when the request has none. */
      readonly body: unknown;
    })
  | {
      readonly service: 'events' | 'pricing' | 'secretsmanager' | 'sqs' | 'ssm';
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
  const { region, service } = signedScope(wire.headers.authorization ?? '');
  switch (service) {
    case 'ec2':
    case 'autoscaling':
    case 'cloudformation': {
      const parameters = new URLSearchParams(wire.body);
      return { service, region, operation: parameters.get('Action') ?? '', parameters };
    }
    case 'eks':
    case 'fis':
    case 'lambda':
    case 'scheduler':
      return {
        service,
        region,
        ...findRoute(service, wire),
        query: wire.url.searchParams,
        body: wire.body === '' ? undefined : JSON.parse(wire.body),
      };
    case 'events':
    case 'pricing':
    case 'secretsmanager':
    case 'sqs':
    case 'ssm': {
      const target = z.string().parse(wire.headers['x-amz-target'] ?? '');
      return { service, region, operation: target.split('.').at(-1) ?? '', body: JSON.parse(wire.body) };
    }
    default:
      throw new ServiceFault('MissingAuthenticationToken', `no simulated service for "${service}"`);
  }
}

/** `AWS4-HMAC-SHA256 Credential=KEY/20261120/us-east-2/ec2/aws4_request, …` */
function signedScope(authorization: string): { readonly region: string; readonly service: string } {
  const [, region = '', service = ''] =
    /Credential=[^,]*\/([^/,]+)\/([^/,]+)\/aws4_request/.exec(authorization) ?? [];
  return { region, service };
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

/** Auto Scaling and CloudFormation wrap their fields once more and list `<member>`s. */
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
    case 'autoscaling':
    case 'cloudformation': {
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
  ResourceInUseException: 409,
};
