import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreV1Api, KubeConfig, KubernetesObjectApi, loadAllYaml } from '@kubernetes/client-node';
import { findControlPlane } from './control-plane-folder.ts';

export interface ControlPlane {
  /** As a cluster administrator. */
  readonly core: CoreV1Api;
  /** Creates every object of a YAML text, as a cluster administrator. */
  apply(yaml: string): Promise<void>;
  /** A kubeconfig file of a user in the group `spot-responder`. */
  readonly responderKubeconfig: string;
  /** The same user's client, for what it must not do. */
  readonly asResponder: CoreV1Api;
  close(): Promise<void>;
}

/** A real kube-apiserver over a real etcd on free ports: authentication, RBAC, admission; no controllers. */
export async function startControlPlane(): Promise<ControlPlane> {
  const binaries = findControlPlane();
  if (!binaries)
    throw new Error('no kube-apiserver: set KUBEBUILDER_ASSETS to a folder that holds it and etcd');
  const folder = await mkdtemp(join(tmpdir(), 'control-plane-'));
  const [client, peer, port] = await Promise.all([freePort(), freePort(), freePort()]);
  const etcd = run(binaries, 'etcd', [
    `--data-dir=${folder}/etcd`,
    `--listen-client-urls=http://127.0.0.1:${client}`,
    `--advertise-client-urls=http://127.0.0.1:${client}`,
    `--listen-peer-urls=http://127.0.0.1:${peer}`,
    '--unsafe-no-fsync',
  ]);
  await writeIdentity(folder);
  const api = run(binaries, 'kube-apiserver', apiServerFlags(folder, client, port));
  const close = () => stop([api, etcd], folder);
  try {
    const admin = configFor(port, 'admin-token');
    await untilReady(admin, api);
    return await describe(folder, port, admin, close);
  } catch (error) {
    await close();
    throw error;
  }
}

function apiServerFlags(folder: string, etcdPort: number, port: number): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${folder}/certs`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${folder}/sa.pub`,
    `--service-account-signing-key-file=${folder}/sa.key`,
    `--token-auth-file=${folder}/tokens.csv`,
    '--authorization-mode=RBAC',
    '--anonymous-auth=false',
    // A loopback address is refused as an endpoint of the service `kubernetes`.
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.0.0.0/24',
    // No controller makes service accounts here.
    '--disable-admission-plugins=ServiceAccount',
  ];
}

async function describe(
  folder: string,
  port: number,
  admin: KubeConfig,
  close: () => Promise<void>,
): Promise<ControlPlane> {
  const responder = configFor(port, 'responder-token');
  const responderKubeconfig = join(folder, 'responder.kubeconfig');
  await writeFile(responderKubeconfig, responder.exportConfig());
  const objects = KubernetesObjectApi.makeApiClient(admin);
  return {
    core: admin.makeApiClient(CoreV1Api),
    asResponder: responder.makeApiClient(CoreV1Api),
    responderKubeconfig,
    apply: async (yaml) => {
      for (const object of loadAllYaml(yaml)) await objects.create(object);
    },
    close,
  };
}

async function writeIdentity(folder: string): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await Promise.all([
    writeFile(join(folder, 'sa.key'), privateKey.export({ type: 'pkcs1', format: 'pem' })),
    writeFile(join(folder, 'sa.pub'), publicKey.export({ type: 'spki', format: 'pem' })),
    writeFile(
      join(folder, 'tokens.csv'),
      'admin-token,admin,1,"system:masters"\nresponder-token,responder,2,"spot-responder"\n',
    ),
  ]);
}

function configFor(port: number, token: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'real', server: `https://127.0.0.1:${port}`, skipTLSVerify: true }],
    users: [{ name: 'user', token }],
    contexts: [{ name: 'real', cluster: 'real', user: 'user' }],
    currentContext: 'real',
  });
  return config;
}

function run(binaries: string, name: string, flags: string[]): ChildProcess {
  return spawn(join(binaries, name), flags, { stdio: 'ignore' });
}

/** Ready when its own start-up hooks have made the default namespace and the RBAC roles. */
async function untilReady(admin: KubeConfig, api: ChildProcess): Promise<void> {
  const core = admin.makeApiClient(CoreV1Api);
  for (let attempt = 0; attempt < 150; attempt++) {
    if (api.exitCode !== null)
      throw new Error(`kube-apiserver exited with ${api.exitCode} before it was ready`);
    const ready = await core.readNamespace({ name: 'default' }).then(
      () => true,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('kube-apiserver was not ready within 30 s');
}

async function stop(processes: readonly ChildProcess[], folder: string): Promise<void> {
  for (const child of processes) {
    if (child.exitCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await rm(folder, { recursive: true, force: true });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** The text of a manifest of this project. */
export function readManifest(path: string): Promise<string> {
  return readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
}
