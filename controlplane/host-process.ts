import { rm } from 'node:fs/promises';
import { ConfigurationError } from '../functions/errors.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import type { HostMessage, HostOrder } from './hosted-plane.ts';

/**
 * Runs a control plane for as long as its parent lives and wants it: when the parent lets go of the channel, or dies by
 * whatever cause, everything is stopped and the folder removed. Leads a process group of its own, so that a Ctrl-C in
 * the terminal reaches the parent only.
 */
const order: HostOrder = JSON.parse(process.argv[2] ?? '');
const starting = startControlPlane({ ...order, onStarted: (name) => tell({ type: 'started', name }) });
process.once('disconnect', () => void stop());
try {
  tell({ type: 'ready', plane: await describe(await starting) });
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  tell({ type: 'failed', message, toMend: error instanceof ConfigurationError });
}

async function describe(plane: ControlPlane) {
  const { auditLog, caPem, pids, server } = plane;
  return { auditLog, caPem, pids, server, adminKubeconfig: await plane.kubeconfigFor('admin') };
}

function tell(message: HostMessage): void {
  if (process.connected) process.send?.(message);
}

async function stop(): Promise<void> {
  // What is starting ends when its programs do; one that starts just now is told the next time.
  process.on('SIGTERM', () => undefined);
  const telling = setInterval(() => process.kill(0, 'SIGTERM'), 200);
  const plane = await starting.catch(() => undefined);
  clearInterval(telling);
  await plane?.close();
  await rm(order.folder, { recursive: true, force: true });
  process.exit();
}
