import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod/mini';
import { NodeSha256, stsHost } from '../functions/cluster/eks-token.ts';

/** Who may come in: what STS knows of the credentials, and the access entry of their role. */
export interface AccessEntry {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly username: string;
  readonly groups: readonly string[];
}

export interface AuthenticatorOptions {
  readonly clusterName: string;
  readonly region: string;
  readonly entries: readonly AccessEntry[];
  /** Tokens signed earlier have expired. @default none, within their 15 minutes */
  readonly since?: Date;
}

export interface EksAuthenticator {
  readonly url: string;
  /** Why tokens were refused, latest last; never a token. */
  readonly refusals: readonly string[];
  /** Tokens signed before this second have expired; the API server remembers one that it knows for two seconds. */
  expireTokens(): void;
  close(): Promise<void>;
}

/**
 * Answers an API server's `TokenReview` the way EKS does: the token must be a fresh presigned STS GetCallerIdentity
 * URL whose signature covers `x-k8s-aws-id` with this cluster's name. STS itself is played here: the signature is
 * computed again from the entry's secret. Rules: aws-iam-authenticator, `pkg/token/token.go`.
 */
export async function startEksAuthenticator(options: AuthenticatorOptions): Promise<EksAuthenticator> {
  const refusals: string[] = [];
  let since = new Date(0);
  const server = createServer((request, response) => {
    answer(request, response, { ...options, since }, refusals).catch(() => response.writeHead(400).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the authenticator has no port');
  return {
    url: `http://127.0.0.1:${address.port}/authenticate`,
    refusals,
    expireTokens: () => {
      since = new Date(Math.floor(Date.now() / 1000) * 1000);
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const tokenReview = z.object({ apiVersion: z.string(), spec: z.object({ token: z.string() }) });

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: AuthenticatorOptions,
  refusals: string[],
): Promise<void> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const { apiVersion, spec } = tokenReview.parse(JSON.parse(body));
  const verdict = await verifyToken(spec.token, options, new Date());
  if (typeof verdict === 'string') refusals.push(verdict);
  const status =
    typeof verdict === 'string'
      ? { authenticated: false, error: verdict }
      : { authenticated: true, user: { username: verdict.username, groups: verdict.groups } };
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ apiVersion, kind: 'TokenReview', status }));
}

const PREFIX = 'k8s-aws-v1.';
const LONGEST_TOKEN = 4 * 1024;
const TOKEN_MINUTES = 15;
const PARAMETERS = new Set([
  'action',
  'version',
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-security-token',
  'x-amz-signature',
  'x-amz-signedheaders',
]);

/** The entry that the token proves, or why it proves none. */
export async function verifyToken(
  token: string,
  options: AuthenticatorOptions,
  now: Date,
): Promise<AccessEntry | string> {
  const url = decode(token);
  if (typeof url === 'string') return url;
  const query = new Map([...url.searchParams].map(([name, value]) => [name.toLowerCase(), value]));
  return (
    refuseUrl(url, query) ??
    refuseAge(query, now, options.since) ??
    (await checkSignature(url, query, options))
  );
}

function decode(token: string): URL | string {
  if (token.length > LONGEST_TOKEN) return 'the token is too long';
  if (!token.startsWith(PREFIX)) return `the token lacks the prefix ${PREFIX}`;
  const encoded = token.slice(PREFIX.length);
  if (!/^[A-Za-z0-9_-]+$/.test(encoded)) return 'the token is not base64url without padding';
  try {
    return new URL(Buffer.from(encoded, 'base64url').toString('utf8'));
  } catch {
    return 'the token holds no URL';
  }
}

function refuseUrl(url: URL, query: ReadonlyMap<string, string>): string | undefined {
  if (url.protocol !== 'https:') return 'the URL is not https';
  if (url.hostname !== stsHost(signingRegion(query))) return `${url.hostname} is not STS`;
  if (url.pathname !== '/') return 'the URL has a path';
  if (url.searchParams.size !== query.size) return 'a parameter is given twice';
  const foreign = [...query.keys()].find((name) => !PARAMETERS.has(name));
  if (foreign) return `parameter ${foreign} is not allowed`;
  if (query.get('action') !== 'GetCallerIdentity') return 'the action is not GetCallerIdentity';
  const signed = (query.get('x-amz-signedheaders') ?? '').split(';');
  return signed.includes('x-k8s-aws-id') ? undefined : 'the header x-k8s-aws-id is not signed';
}

/** Of the credential's scope: `<access key>/<date>/<region>/sts/aws4_request`. */
function signingRegion(query: ReadonlyMap<string, string>): string {
  return (query.get('x-amz-credential') ?? '').split('/')[2] ?? '';
}

function refuseAge(query: ReadonlyMap<string, string>, now: Date, since = new Date(0)): string | undefined {
  const signedAt = parseAmzDate(query.get('x-amz-date') ?? '');
  if (!signedAt) return 'X-Amz-Date is no date';
  const seconds = Number(query.get('x-amz-expires'));
  if (!(seconds > 0 && seconds <= 900)) return 'X-Amz-Expires is not between 1 and 900';
  const age = (now.getTime() - signedAt.getTime()) / 60_000;
  return age >= -5 && age <= TOKEN_MINUTES && signedAt >= since ? undefined : 'the token has expired';
}

function parseAmzDate(text: string): Date | undefined {
  const parts = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

async function checkSignature(
  url: URL,
  query: ReadonlyMap<string, string>,
  { clusterName, entries }: AuthenticatorOptions,
): Promise<AccessEntry | string> {
  const [accessKeyId] = (query.get('x-amz-credential') ?? '').split('/');
  const region = signingRegion(query);
  const entry = entries.find((each) => each.accessKeyId === accessKeyId);
  if (!entry) return 'STS does not know the access key';
  const sessionToken = query.get('x-amz-security-token');
  const signer = new SignatureV4({
    service: 'sts',
    region,
    credentials: { ...entry, ...(sessionToken && { sessionToken }) },
    sha256: NodeSha256,
  });
  const expected = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname: url.hostname,
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: query.get('version') ?? '' },
      headers: { host: url.hostname, 'x-k8s-aws-id': clusterName },
    },
    {
      expiresIn: Number(query.get('x-amz-expires')),
      ...dateOf(query),
    },
  );
  const mine = Buffer.from(String(expected.query?.['X-Amz-Signature']));
  const theirs = Buffer.from(query.get('x-amz-signature') ?? '');
  const same = mine.length === theirs.length && timingSafeEqual(mine, theirs);
  return same ? entry : `the signature does not fit cluster ${clusterName}`;
}

function dateOf(query: ReadonlyMap<string, string>): { signingDate?: Date } {
  const signingDate = parseAmzDate(query.get('x-amz-date') ?? '');
  return signingDate ? { signingDate } : {};
}
