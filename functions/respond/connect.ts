import { type InsistOptions, insist } from '../cluster/insist.ts';
import type { ClusterPort } from '../cluster/port.ts';
import type { LocatedInstance } from '../locate/located.ts';
import type { Chapter } from './chapter.ts';
import { giveUpAt } from './scene.ts';

/** Lambda's own retry waits a minute; inside a two-minute notice the only useful retry is this one. */
export function connectInTime(
  chapter: Chapter,
  { clusterName }: LocatedInstance,
  signal: AbortSignal,
): Promise<ClusterPort> {
  const { deps } = chapter;
  return insist(deps, insistently(chapter, signal), () => deps.connect(clusterName));
}

/** Until this run gives up; what is tried again is told once. */
export function insistently(chapter: Chapter, signal: AbortSignal): InsistOptions {
  const { deps, note } = chapter;
  return {
    until: giveUpAt(chapter),
    signal,
    onRetry: ({ message }) => {
      note({ type: 'retrying', at: deps.clock.now(), text: message });
      deps.log.warn('The API server could not be asked, trying again', { error: message });
    },
  };
}
