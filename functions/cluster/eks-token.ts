import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Clock } from '../clock.ts';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface EksTokenOptions {
  readonly clusterName: string;
  readonly region: string;
  /** Asked for every token: a role's credentials rotate. */
  readonly credentials: () => Promise<AwsCredentials>;
  readonly clock: Clock;
}

/** What EKS allows at most; the server reads the URL's date, and takes the token for 15 minutes after it. */
const URL_SECONDS = 60;

/**
 * The bearer token EKS expects: a presigned STS GetCallerIdentity URL that names the cluster in a signed
 * header. No request is sent. See "token format" in aws-iam-authenticator's README.
 */
export async function signEksToken({
  clusterName,
  region,
  credentials,
  clock,
}: EksTokenOptions): Promise<string> {
  const hostname = stsHost(region);
  const signer = new SignatureV4({
    service: 'sts',
    region,
    credentials: await credentials(),
    sha256: NodeSha256,
  });
  const presigned = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname,
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host: hostname, 'x-k8s-aws-id': clusterName },
    },
    { expiresIn: URL_SECONDS, signingDate: clock.now() },
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(presigned.query ?? {})) query.set(name, String(value));
  return `k8s-aws-v1.${Buffer.from(`https://${hostname}/?${query}`).toString('base64url')}`;
}

/** Regional endpoints by partition: China and the isolated ones have suffixes of their own, GovCloud has not. */
export function stsHost(region: string): string {
  const suffixes: readonly (readonly [prefix: string, suffix: string])[] = [
    ['cn-', 'amazonaws.com.cn'],
    ['us-iso-', 'c2s.ic.gov'],
    ['us-isob-', 'sc2s.sgov.gov'],
    ['us-isof-', 'csp.hci.ic.gov'],
    ['eu-isoe-', 'cloud.adc-e.uk'],
    ['eusc-', 'amazonaws.eu'],
  ];
  const suffix = suffixes.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'amazonaws.com';
  return `sts.${region}.${suffix}`;
}

/** The signer takes any SHA-256; Node's own spares the bundle a JavaScript one. */
export class NodeSha256 {
  private readonly secret: string | Uint8Array | undefined;
  private hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.secret = secret === undefined || typeof secret === 'string' ? secret : bytes(secret);
    this.hash = this.start();
  }
  update(chunk: Uint8Array | string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(typeof chunk === 'string' ? chunk : bytes(chunk));
  }
  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }
  reset(): void {
    this.hash = this.start();
  }
  private start() {
    return this.secret === undefined ? createHash('sha256') : createHmac('sha256', this.secret);
  }
}

function bytes(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
