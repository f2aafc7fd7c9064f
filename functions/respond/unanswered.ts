import { THROTTLED } from '../aws-codes.ts';
import { AwsCallError } from '../errors.ts';
import { incidentIdOf } from '../incidents/claim.ts';
import type { IncidentIdentity, Lease } from '../incidents/incident.ts';
import type { LocatedInstance, Location } from '../locate/located.ts';
import { endingOf } from './announcements.ts';
import type { Chapter } from './chapter.ts';
import { endIncident } from './end.ts';
import { finish, giveUp } from './finish.ts';
import type { InterruptionReport, Outcome } from './report.ts';

/** As far as one came. */
interface Known {
  readonly lease?: Lease;
  readonly instance?: LocatedInstance;
  /** An earlier run has told of it, and this one has no lease: what it could tell would be old. */
  readonly isKnown: boolean;
}

/**
 * Ends an interruption whose claim or search failed. People hear of it all the same, and why. Where it was claimed it is
 * closed as failed, so that the next delivery claims it at once, and tells a better end in the same message.
 */
export async function endUnanswered(
  chapter: Chapter,
  outcome: Outcome,
  { instance, isKnown, lease }: Known,
): Promise<InterruptionReport> {
  const report = finish(chapter, { outcome, ...(instance && { instance }), ...incidentOf(lease) });
  if (chapter.options.dryRun || (isKnown && !lease)) return report;
  const incident = lease ?? { incidentId: incidentIdOf(chapter.interruption), fence: 0 };
  return endIncident(chapter, report, lease, endingOf(chapter, report, incident));
}

/**
 * Whether a search that failed is no failure yet: the runs of a storm ask for one instance each and EC2 refuses most of them;
 * a second look asks for a hundred at once, while there is time.
 */
export function isForSecondLook({ options }: Chapter, error: unknown): boolean {
  return !options.lastTry && error instanceof AwsCallError && THROTTLED.has(error.code);
}

/** Ends this run without a word to people: the second look claims at once, and tells what came of it. */
export async function leaveToSecondLook(
  chapter: Chapter,
  lease: Lease | undefined,
): Promise<InterruptionReport> {
  if (lease) await giveUp(chapter, lease);
  const reason = 'EC2 is asked too often just now; the second look asks for many instances at once';
  return finish(chapter, { outcome: { type: 'interrupted', reason }, ...incidentOf(lease) });
}

/**
 * Not being a node of ours is the common case in an account with other instances: quiet, not an error, unless people
 * were told that an earlier run of it failed. Tags of two clusters are theirs to mend.
 */
export async function endWithoutNode(
  chapter: Chapter,
  location: Exclude<Location, { type: 'located' }>,
  lease: Lease | undefined,
  hasFailed: boolean,
): Promise<InterruptionReport> {
  const { reason } = location;
  const outcome: Outcome = { type: location.type === 'gone' ? 'node-gone' : location.type, reason };
  if (!lease || (location.type !== 'ambiguous' && !hasFailed)) {
    if (lease) await giveUp(chapter, lease);
    return finish(chapter, { outcome, ...incidentOf(lease) });
  }
  const report = finish(chapter, { outcome, ...incidentOf(lease) });
  const told: Outcome = { type: 'told', reason: `no node of ours: ${reason}` };
  const asTold = outcome.type === 'not-ours' ? { ...report, outcome: told } : report;
  return endIncident(chapter, report, lease, endingOf(chapter, asTold, lease));
}

export function incidentOf(incident: IncidentIdentity | undefined): Pick<InterruptionReport, 'incidentId'> {
  return incident ? { incidentId: incident.incidentId } : {};
}
