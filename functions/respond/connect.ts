import type { ClusterPort } from '../cluster/port.ts';
import { ClusterError } from '../errors.ts';
import type { LocatedInstance } from '../locate/located.ts';
import type { Chapter } from './chapter.ts';
import { giveUpAt } from './scene.ts';

/** An unreachable API server is tried again after this long, while the deadline allows. */
const RETRY_MS = 1_500;

/** Lambda's own retry waits a minute; inside a two-minute notice the only useful retry is this one. */
export async function connectInTime(
  chapter: Chapter,
  instance: LocatedInstance,
  signal: AbortSignal,
): Promise<ClusterPort> {
  const { deps, note } = chapter;
  const until = giveUpAt(chapter);
  for (;;) {
    try {
      return await deps.connect(instance.clusterName);
    } catch (error) {
      const now = deps.clock.now();
      const retryable = error instanceof ClusterError && error.fault === 'unreachable';
      if (!retryable || now.getTime() + RETRY_MS > until.getTime()) throw error;
      note({ type: 'retrying', at: now, text: error.message });
      await deps.clock.sleep(RETRY_MS * (0.5 + deps.random()), signal);
    }
  }
}
