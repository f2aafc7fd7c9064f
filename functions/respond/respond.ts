import type { Interruption, Signal } from '../signals/interruption.ts';
import { parseSignal } from '../signals/parse.ts';
import type { RespondDeps, RespondOptions } from './deps.ts';
import { respondToInterruption } from './interruption.ts';
import type { InterruptionReport } from './report.ts';
import { onlyOurs } from './returned.ts';

/** What one delivered event led to. */
export type Response =
  | { readonly type: 'ignored'; readonly reason: string }
  | { readonly type: 'responded'; readonly reports: readonly InterruptionReport[] };

/**
 * The story, from an EventBridge event to an outcome per interruption. Instances of one event are handled at
 * the same time, and one that fails never holds up another: its report says `failed`.
 *
 * @throws MalformedSignalError when the event is of a known type but unreadable; no retry can help.
 */
export async function respond(event: unknown, deps: RespondDeps, options: RespondOptions): Promise<Response> {
  const signal = parseSignal(event, { region: deps.region });
  if (signal.type === 'ignored') {
    deps.log.info('Event ignored', { reason: signal.reason });
    return signal;
  }
  const named = await expand(signal, deps);
  const interruptions = await onlyOurs(named, deps);
  if (named.length > 0 && interruptions.length === 0) return { type: 'ignored', reason: ONLY_RUNNING };
  const reports = await Promise.all(interruptions.map((each) => respondToInterruption(each, deps, options)));
  return { type: 'responded', reports };
}

/** Not worth a line of the log: every launch in the account ends here. */
const ONLY_RUNNING = 'the instance runs, and no incident has left a cordon of ours on its node';

/** A reservation's expiry names no instance; EC2 knows which run in it. */
async function expand(
  signal: Exclude<Signal, { type: 'ignored' }>,
  deps: RespondDeps,
): Promise<readonly Interruption[]> {
  if (signal.type === 'interruptions') return signal.interruptions;
  const { capacityReservationId, interruption } = signal.expiry;
  const instances = await deps.locator.instancesOfReservation(capacityReservationId);
  return instances.map((instanceId) => ({ ...interruption, instanceId }));
}
