import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError } from '../functions/errors.ts';
import type { ControlPlaneOptions } from './control-plane.ts';

type PlainOptions = Pick<ControlPlaneOptions, 'authenticatorUrl' | 'binaries' | 'controllers'>;

/** What the process that hosts a control plane is started with. */
export interface HostOrder extends PlainOptions {
  readonly folder: string;
}

export type HostMessage =
  | { readonly type: 'started'; readonly name: string }
  | { readonly type: 'ready'; readonly plane: Omit<HostedPlane, 'close'> }
  | { readonly type: 'failed'; readonly message: string; readonly toMend: boolean };

/** A control plane that ends with this process, even when this process is killed. */
export interface HostedPlane {
  readonly server: string;
  readonly caPem: string;
  readonly auditLog: string;
  /** A file: a cluster administrator's. */
  readonly adminKubeconfig: string;
  /** Process ids of what runs beside the API server, by name. */
  readonly pids: Readonly<Record<string, number>>;
  close(): Promise<void>;
}

export interface HostedOptions extends PlainOptions {
  /** Each program as it becomes ready. */
  readonly onStarted?: (name: string) => void;
  /** Stops it while it starts. */
  readonly signal?: AbortSignal;
}

const STOP_MS = 10_000;

/** @throws ConfigurationError when the binaries cannot be had; the signal's reason when it aborts first. */
export async function startHostedPlane({
  onStarted,
  signal,
  ...options
}: HostedOptions): Promise<HostedPlane> {
  const folder = await mkdtemp(join(tmpdir(), 'control-plane-'));
  const order: HostOrder = { ...options, folder };
  const host = fork(new URL('./host-process.ts', import.meta.url), [JSON.stringify(order)], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const close = async () => {
    await endHost(host);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    return { ...(await untilReady(host, onStarted, signal)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function untilReady(
  host: ChildProcess,
  onStarted: HostedOptions['onStarted'],
  signal: AbortSignal | undefined,
): Promise<Omit<HostedPlane, 'close'>> {
  return new Promise((resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    if (signal?.aborted) reject(signal.reason);
    host.once('exit', () => reject(new Error('the control plane ended before it was up')));
    host.on('message', (message: HostMessage) => {
      if (message.type === 'started') onStarted?.(message.name);
      else if (message.type === 'ready') resolve(message.plane);
      else reject(message.toMend ? new ConfigurationError(message.message) : new Error(message.message));
    });
  });
}

/** Letting go of the channel makes it stop its programs; what does not is killed, with its whole process group. */
async function endHost(host: ChildProcess): Promise<void> {
  if (host.pid === undefined) return;
  if (host.exitCode === null && host.signalCode === null) {
    const ended = once(host, 'exit');
    if (host.connected) host.disconnect();
    await Promise.race([ended, sleep(STOP_MS, undefined, { ref: false })]);
  }
  try {
    process.kill(-host.pid, 'SIGKILL');
  } catch {
    // Nobody of the group is left, as it should be.
  }
}
