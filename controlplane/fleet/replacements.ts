import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api, type KubeConfig, type V1Pod } from '@kubernetes/client-node';

/** Pods that controllers made in place of those that went. */
export interface Replacements {
  readonly pods: number;
  readonly running: number;
}

const LOOK_AGAIN_MS = 300;

/** Waits until all pods made since then run, or `patienceMs` have passed. DaemonSets replace nothing here. */
export async function untilReplaced(
  admin: KubeConfig,
  since: Date,
  { patienceMs, signal }: { readonly patienceMs: number; readonly signal: AbortSignal },
): Promise<Replacements> {
  const core = admin.makeApiClient(CoreV1Api);
  for (const until = Date.now() + patienceMs; ; await sleep(LOOK_AGAIN_MS)) {
    const { items } = await core.listPodForAllNamespaces();
    const made = items.filter((pod) => isReplacement(pod, since));
    const running = made.filter(({ status }) => status?.phase === 'Running').length;
    if (running === made.length || Date.now() > until || signal.aborted)
      return { pods: made.length, running };
  }
}

/** The server's times have whole seconds. */
function isReplacement({ metadata }: V1Pod, since: Date): boolean {
  const isDaemon = metadata?.ownerReferences?.some(({ kind }) => kind === 'DaemonSet') ?? false;
  const madeAt = metadata?.creationTimestamp?.getTime() ?? 0;
  return !isDaemon && !metadata?.deletionTimestamp && madeAt >= Math.floor(since.getTime() / 1000) * 1000;
}
