import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Container, V1HTTPGetAction, V1Probe } from '@kubernetes/client-node';
import { UnsupportedError } from './fields.ts';

/** Whether a container serves. */
export interface Readiness {
  readonly atStart: boolean;
  /** Tells each change until `signal` is aborted, also while the pod is ending. */
  follow(signal: AbortSignal, onChange: (isReady: boolean) => void): Promise<void>;
}

/** As the container's readiness probe says; at once without one. Throws `UnsupportedError`. */
export function readinessOf(container: V1Container, address: string): Readiness {
  const probe = container.readinessProbe;
  if (!probe) return { atStart: true, follow: async () => undefined };
  const url = probeUrl(container, address, probe.httpGet);
  return { atStart: false, follow: (signal, onChange) => follow(url, probe, signal, onChange) };
}

async function follow(
  url: string,
  { failureThreshold = 3, periodSeconds = 10, successThreshold = 1, timeoutSeconds = 1 }: V1Probe,
  signal: AbortSignal,
  onChange: (isReady: boolean) => void,
): Promise<void> {
  let isReady = false;
  let against = 0;
  while (!signal.aborted) {
    const answer = await ask(url, timeoutSeconds * 1_000, signal);
    against = answer === isReady ? 0 : against + 1;
    if (against >= (isReady ? failureThreshold : successThreshold) && !signal.aborted) {
      [isReady, against] = [!isReady, 0];
      onChange(isReady);
    }
    await sleep(periodSeconds * 1_000, undefined, { signal }).catch(() => undefined);
  }
}

function probeUrl({ ports = [] }: V1Container, address: string, action?: V1HTTPGetAction): string {
  if (!action) throw new UnsupportedError('only readiness probes with httpGet are asked here');
  const named = ports.find(({ name }) => name === action.port)?.containerPort;
  return `http://${address}:${named ?? action.port}${action.path ?? '/'}`;
}

async function ask(url: string, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const response = await fetch(url, { signal: within, redirect: 'manual' });
    await response.body?.cancel();
    return response.status >= 200 && response.status < 400;
  } catch {
    return false;
  }
}
