import { setTimeout as sleep } from 'node:timers/promises';
import type { CoreV1Api, V1Pod } from '@kubernetes/client-node';
import { STOPS_AFTER } from './kwok-stages.ts';

const LOOK_AGAIN_MS = 200;

/**
 * Stands in for the kubelets of a control plane without controllers: pods bound to a node run, and a terminating
 * one is removed when its containers have stopped. A server that is away for a moment is asked again.
 */
export function startSimulatedKubelet(core: CoreV1Api, namespace?: string): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const running = keepHouse(core, namespace, stopping.signal);
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

async function keepHouse(
  core: CoreV1Api,
  namespace: string | undefined,
  stopped: AbortSignal,
): Promise<void> {
  while (!stopped.aborted) {
    await lookAfterPods(core, namespace).catch(() => undefined);
    await sleep(LOOK_AGAIN_MS);
  }
}

async function lookAfterPods(core: CoreV1Api, namespace: string | undefined): Promise<void> {
  const { items } = await (namespace === undefined
    ? core.listPodForAllNamespaces()
    : core.listNamespacedPod({ namespace }));
  await Promise.all([...items.filter(isNew).map(run), ...items.filter(hasStopped).map(remove)]);

  function run(pod: V1Pod) {
    const conditions = [{ type: 'Ready', status: 'True' }];
    const body = [{ op: 'add', path: '/status', value: { phase: 'Running', conditions } }];
    return core.patchNamespacedPodStatus({ ...nameOf(pod), body });
  }

  function remove(pod: V1Pod) {
    return core.deleteNamespacedPod({ ...nameOf(pod), gracePeriodSeconds: 0 });
  }
}

function nameOf({ metadata }: V1Pod) {
  return { name: metadata?.name ?? '', namespace: metadata?.namespace ?? '' };
}

function isNew({ metadata, spec, status }: V1Pod): boolean {
  return !metadata?.deletionTimestamp && spec?.nodeName !== undefined && status?.phase === 'Pending';
}

/** The deletion time is the end of the grace. */
function hasStopped({ metadata }: V1Pod): boolean {
  if (!metadata?.deletionTimestamp) return false;
  const grace = metadata.deletionGracePeriodSeconds ?? 0;
  const needed = Math.min(grace, Number(metadata.annotations?.[STOPS_AFTER] ?? 0));
  const askedAt = metadata.deletionTimestamp.getTime() - grace * 1000;
  return Date.now() >= askedAt + needed * 1000;
}
