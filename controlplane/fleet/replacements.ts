import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api, type KubeConfig, type V1Pod } from '@kubernetes/client-node';

/** Pods that controllers made in place of those that went. */
export interface Replacements {
  readonly pods: number;
  readonly running: number;
}

const LOOK_AGAIN_MS = 300;
const PATIENCE_MS = 10_000;

/** Remembers the pods there are; the answer waits, for ten seconds at most, until all that came since run. */
export async function watchReplacements(
  admin: KubeConfig,
): Promise<(signal: AbortSignal) => Promise<Replacements>> {
  const core = admin.makeApiClient(CoreV1Api);
  const list = async () => (await core.listPodForAllNamespaces()).items;
  const known = new Set((await list()).map(({ metadata }) => metadata?.uid));
  return async (signal) => {
    for (const until = Date.now() + PATIENCE_MS; ; await sleep(LOOK_AGAIN_MS)) {
      const made = (await list()).filter((pod) => !known.has(pod.metadata?.uid) && isToStay(pod));
      const running = made.filter(({ status }) => status?.phase === 'Running').length;
      if (running === made.length || Date.now() > until || signal.aborted)
        return { pods: made.length, running };
    }
  };
}

function isToStay({ metadata }: V1Pod): boolean {
  return !metadata?.deletionTimestamp;
}
