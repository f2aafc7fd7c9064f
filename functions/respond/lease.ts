import type { Lease } from '../incidents/incident.ts';
import type { Chapter } from './chapter.ts';

export interface HeldLease {
  /** Aborts when the lease is lost or the process must stop: from then on nothing may be written. */
  readonly signal: AbortSignal;
  /** Resolves when no heartbeat is under way any more. */
  readonly stop: () => Promise<void>;
}

/**
 * Heartbeats the lease until `stop`. A heartbeat that cannot be sent is tried again at the next beat: losing
 * the table for a moment is no reason to stop a drain, losing the fence is.
 */
export function holdLease({ deps, options }: Chapter, lease: Lease | undefined): HeldLease {
  const lost = new AbortController();
  const stopped = new AbortController();
  const beating = lease ? beat(lease) : Promise.resolve();
  return {
    signal: AbortSignal.any([lost.signal, options.signal]),
    stop: () => {
      stopped.abort();
      return beating;
    },
  };

  async function beat(held: Lease): Promise<void> {
    const until = AbortSignal.any([stopped.signal, options.signal]);
    while (await pause(until)) {
      const answer = await deps.incidents.heartbeat(held).catch((error: unknown) => {
        deps.log.warn('Heartbeat failed, trying again', { error: String(error) });
        return 'held' as const;
      });
      if (answer === 'lost') return lost.abort(new Error('the lease was taken over'));
    }
  }

  function pause(until: AbortSignal): Promise<boolean> {
    return deps.clock.sleep(deps.heartbeatSeconds * 1000, until).then(
      () => true,
      () => false,
    );
  }
}
