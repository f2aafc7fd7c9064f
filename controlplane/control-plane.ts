import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ApiServerOptions,
  type RunningApiServer,
  type ServingCertificate,
  startApiServer,
} from './api-server.ts';
import { API_ONLY, requireBinaries, WITH_CONTROLLERS } from './binaries.ts';
import { startControllers } from './controllers.ts';

export interface ControlPlaneOptions
  extends Pick<ApiServerOptions, 'authenticatorUrl' | 'flags' | 'onStarted'> {
  /** Controller manager, scheduler and simulated kubelets too. @default false: the API server and etcd */
  readonly controllers?: boolean;
  /** With controllers, `false` leaves the nodes to other kubelets. @default true */
  readonly simulatedKubelets?: boolean;
  /** The folder that `findBinaries` found. @default it is looked for */
  readonly binaries?: string;
  /** For its files; removed when closed. @default a new one */
  readonly folder?: string;
}

/** A real Kubernetes control plane on this machine, on free ports of 127.0.0.1, gone when closed. */
export interface ControlPlane {
  /** `https://127.0.0.1:…`, with a certificate of `caPem`. */
  readonly server: string;
  readonly caPem: string;
  /** What the server proves itself with, valid for every port of 127.0.0.1. */
  readonly serving: ServingCertificate;
  /** A kubeconfig file of a new user; in the group `system:masters` unless said otherwise. */
  kubeconfigFor(user: string, groups?: readonly string[]): Promise<string>;
  /** What the server logs of every request; see `readAuditLog`. */
  readonly auditLog: string;
  /** Stops the API server as a crash would and starts it again on its port, with all that etcd holds. */
  restartApiServer(): Promise<void>;
  /** Compacts etcd: with the API server started anew, nothing older than now can be listed or watched. */
  compactEtcd(): Promise<void>;
  /** Where its programs are, `kubectl` among them. */
  readonly binaries: string;
  /** Process ids of what runs beside the API server, by name. */
  readonly pids: Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/** @throws ConfigurationError when the binaries cannot be had. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const needed = options.controllers ? WITH_CONTROLLERS : API_ONLY;
  const binaries = options.binaries ?? (await requireBinaries(needed));
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'control-plane-')));
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const api = await startApiServer({ ...options, binaries, folder });
    closers.push(api.close);
    const kubeconfigFor = writeKubeconfigs(api, folder);
    const controllers = options.controllers
      ? await startControllers({ simulatedKubelets: true, ...options, binaries, folder, kubeconfigFor })
      : [];
    closers.push(() => Promise.all(controllers.map(({ stop }) => stop())));
    return {
      server: api.server,
      caPem: api.caPem,
      serving: api.serving,
      auditLog: api.auditLog,
      restartApiServer: api.restart,
      compactEtcd: api.compact,
      kubeconfigFor,
      binaries,
      pids: Object.fromEntries(controllers.map(({ name, pid }) => [name, pid])),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function writeKubeconfigs(api: RunningApiServer, folder: string): ControlPlane['kubeconfigFor'] {
  return async (user, groups = ['system:masters']) => {
    const file = join(folder, `${user}.kubeconfig`);
    await writeFile(file, await api.kubeconfig(user, groups), { mode: 0o600 });
    return file;
  };
}
