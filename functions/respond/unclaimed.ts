import { AwsCallError, messageOf } from '../errors.ts';
import { incidentIdOf } from '../incidents/claim.ts';
import type { Lease } from '../incidents/incident.ts';
import type { Located, Location } from '../locate/located.ts';
import type { Chapter } from './chapter.ts';

/**
 * What is certain is acted on though the table cannot be asked who does: two runs on one node are safe (the cordon is
 * idempotent, evictions carry the pod's UID), none is not. Nothing but the claim is missing: the run has no lease to
 * lose, drains alone, leaves nothing to a successor, and what it tells counts as older than what any claimed run tells.
 *
 * @throws `error` for everything else: it is repaired by the next delivery.
 */
export function goOnUnclaimed(
  chapter: Chapter,
  error: unknown,
  location: PromiseSettledResult<Location>,
): { readonly chapter: Chapter; readonly location: Located } {
  const { deps, interruption, note } = chapter;
  const found = location.status === 'fulfilled' ? location.value : undefined;
  if (!(error instanceof AwsCallError) || found?.type !== 'located' || !isCertain(chapter)) throw error;
  deps.log.error('The table cannot be used, going on without a lease', { error: messageOf(error) });
  note({ type: 'unclaimed', at: deps.clock.now(), text: error.message });
  const incident = { incidentId: incidentIdOf(interruption), fence: 0 };
  return { chapter: { ...chapter, incident }, location: found };
}

/**
 * The table may be back by now: then the incident is ended like any other, and what is told of it counts as the newest.
 * `undefined` where it is not, or another run is at work, or was.
 */
export async function claimAtLast({ deps, notice, note }: Chapter): Promise<Lease | undefined> {
  try {
    const claim = await deps.incidents.claim(notice);
    if (claim.type !== 'claimed') return undefined;
    note({ type: 'claimed', at: deps.clock.now(), text: `at the end, fence ${claim.lease.fence}` });
    return claim.lease;
  } catch (error) {
    deps.log.warn('The table could not be asked at the end either', { error: messageOf(error) });
    return undefined;
  }
}

/** Of the first run for a hard notice. What is to be undone, or to be gone on with, the table must know. */
function isCertain({ interruption, offered, options }: Chapter): boolean {
  return interruption.severity === 'hard' && !interruption.cancelled && !offered && !options.dryRun;
}
