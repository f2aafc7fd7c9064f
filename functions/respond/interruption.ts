import type { Continuation } from '../continuation/continuation.ts';
import type { Claim, Lease } from '../incidents/incident.ts';
import type { Offer } from '../leader/offer.ts';
import type { Located, LocatedInstance, Location } from '../locate/located.ts';
import type { Interruption } from '../signals/interruption.ts';
import { openHerald } from './announcements.ts';
import { type Chapter, openChapter, withObserver } from './chapter.ts';
import type { RespondDeps, RespondOptions } from './deps.ts';
import { endIncident, endOusted, tellUntold, withTelling } from './end.ts';
import { failure, finish, giveUp } from './finish.ts';
import { handOver } from './go-on.ts';
import { keepHookWaiting, returnHook } from './hook.ts';
import { holdLease } from './lease.ts';
import { chooseResponse } from './policy.ts';
import { actInTime } from './put-off.ts';
import { openRecords } from './records.ts';
import type { InterruptionReport, Outcome } from './report.ts';
import { INTERRUPTED, type LocatedResult } from './scene.ts';
import { adoptIncident, claimIncident } from './take-lease.ts';
import {
  endUnanswered,
  endWithoutNode,
  incidentOf,
  isForSecondLook,
  leaveToSecondLook,
} from './unanswered.ts';
import { claimAtLast, goOnUnclaimed } from './unclaimed.ts';

/** Where the story does not begin here: another run has cordoned the node, or has begun its drain. */
interface GoingOn {
  readonly offered?: Offer;
  readonly resumes?: Continuation['resumes'];
}

/**
 * claim ∥ locate → announce → cordon, plan, act → hook → report, for one instance. With `resumes`, the run goes on
 * with the drain of an earlier one.
 * Never throws: what an operator must mend becomes the outcome `failed`. Without the table a hard notice is acted on all
 * the same.
 *
 * With `offered` it goes on where another run left off: the node is cordoned, its lease is taken over.
 */
export async function respondToInterruption(
  interruption: Interruption,
  deps: RespondDeps,
  options: RespondOptions,
  { offered, resumes }: GoingOn = {},
): Promise<InterruptionReport> {
  const chapter = openChapter(interruption, {
    deps,
    options,
    ...(offered && { offered }),
    drainOffered: (offer) => respondToInterruption(offer.interruption, deps, options, { offered: offer }),
  });
  chapter.note(
    resumes
      ? { type: 'resumed', at: deps.clock.now(), text: `run ${resumes.run} of ${resumes.incidentId}` }
      : { type: 'received', at: deps.clock.now(), text: describe(interruption) },
  );
  const [claim, location] = await Promise.allSettled([
    offered ? adoptIncident(chapter, offered) : claimIncident(chapter, resumes),
    resumes
      ? ({ type: 'located', instance: resumes.instance } as const)
      : deps.locator.locate(interruption.instanceId),
  ]);
  const untold = claim.status === 'fulfilled' ? claim.value?.untold : undefined;
  const [report, isTold] = await Promise.all([
    continueFrom(chapter, claim, location, offered !== undefined || resumes !== undefined),
    untold === undefined || tellUntold(chapter, untold),
  ]);
  return withTelling(report, isTold);
}

async function continueFrom(
  chapter: Chapter,
  claim: PromiseSettledResult<Claim | undefined>,
  location: PromiseSettledResult<Location>,
  isKnown: boolean,
): Promise<InterruptionReport> {
  try {
    if (claim.status === 'fulfilled') return await continueWithClaim(chapter, claim.value, location);
    const unclaimed = goOnUnclaimed(chapter, claim.reason, location);
    return await respondToLocated(unclaimed.chapter, undefined, unclaimed.location);
  } catch (error) {
    const known = whatIsKnown(claim, location);
    const isOfSearch = location.status === 'rejected' && location.reason === error;
    if (isOfSearch && isForSecondLook(chapter, error)) return leaveToSecondLook(chapter, known.lease);
    return endUnanswered(chapter, failure(error), { isKnown, ...known });
  }
}

/** @throws what the promise was rejected with. */
function settled<Value>(result: PromiseSettledResult<Value>): Value {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

function whatIsKnown(
  claim: PromiseSettledResult<Claim | undefined>,
  location: PromiseSettledResult<Location>,
): { lease?: Lease; instance?: LocatedInstance } {
  const claimed = claim.status === 'fulfilled' ? claim.value : undefined;
  const found = location.status === 'fulfilled' ? location.value : undefined;
  return {
    ...(claimed?.type === 'claimed' && { lease: claimed.lease }),
    ...(found?.type === 'located' && { instance: found.instance }),
  };
}

async function continueWithClaim(
  chapter: Chapter,
  claim: Claim | undefined,
  whereabouts: PromiseSettledResult<Location>,
): Promise<InterruptionReport> {
  if (claim?.type === 'joined')
    return finish(chapter, {
      outcome: { type: 'joined', reason: `${claim.owner} is on it` },
      incidentId: claim.incidentId,
    });
  if (claim?.type === 'already-handled') {
    const outcome: Outcome = { type: 'already-handled', reason: `ended as ${claim.outcome}` };
    // The node was emptied for another signal; Auto Scaling still waits for the answer to this one.
    if (chapter.interruption.hook) await returnHook(chapter, chapter.interruption.hook, outcome);
    return finish(chapter, { outcome, incidentId: claim.incidentId });
  }
  if (claim?.type === 'moved-on')
    return finish(chapter, {
      outcome: { type: 'already-handled', reason: claim.reason },
      incidentId: claim.incidentId,
    });
  const lease = claim?.lease;
  const location = settled(whereabouts);
  if (location.type !== 'located')
    return endWithoutNode(chapter, location, lease, claim?.earlier?.failed === true);
  const { earlier = chapter.earlier, ousted } = claim ?? {};
  const claimed = { ...chapter, earlier, ...(lease && { incident: lease }), ...(ousted && { ousted }) };
  return respondToLocated(claimed, lease, location);
}

async function respondToLocated(
  opened: Chapter,
  lease: Lease | undefined,
  location: Located,
): Promise<InterruptionReport> {
  const { instance } = location;
  const named = withKeys(opened, instance);
  const held = holdLease(named, lease);
  const waiting = await keepHookWaiting(named);
  const located = { ...named, interruption: waiting.interruption };
  const herald = openHerald(located, instance);
  const records = openRecords(located);
  const chapter = withObserver(withObserver(located, herald.observe), records.observe);
  const { interruption, deps, note, options } = chapter;
  note({
    type: 'located',
    at: deps.clock.now(),
    text: `cluster ${instance.clusterName}, ${instance.owner.type}`,
  });
  const response = chooseResponse(interruption, instance.owner, deps.choices);
  deps.log.info('Interruption received', { notice: describe(interruption), response });
  if (!chapter.offered && chapter.earlier.run === 0) herald.received(response);
  const formerEnded = endOusted(chapter, instance);
  let result: LocatedResult;
  try {
    result = await actInTime(chapter, location, response, lease, held.signal);
  } catch (error) {
    result = { outcome: held.signal.aborted ? INTERRUPTED : failure(error), requests: {} };
  }
  waiting.stop();
  // A drain that has begun; one that was put off has its successor.
  if (lease && result.outcome.type === 'continued' && result.drain)
    result = await handOver(chapter, lease, instance, result);
  if (interruption.hook && !options.dryRun) await returnHook(chapter, interruption.hook, result.outcome);
  await held.stop();
  // Told to stop, not overtaken: the next delivery need not wait for the lease to die.
  if (lease && result.outcome.type === 'interrupted' && options.signal.aborted) await giveUp(chapter, lease);
  const report = finish(chapter, { instance, response, ...result, ...incidentOf(chapter.incident) });
  const isUnclaimed = !lease && chapter.incident && result.outcome.type !== 'interrupted';
  const teller = isUnclaimed ? await claimAtLast(chapter) : lease;
  const ending = herald.ending(report, teller ?? chapter.incident);
  const [ended] = await Promise.all([
    endIncident(chapter, report, teller, ending),
    records.handled(report),
    herald.settled(),
    formerEnded,
  ]);
  return ended;
}

/** Every line of the log says whose it is. */
function withKeys(opened: Chapter, { clusterName }: LocatedInstance): Chapter {
  const { deps, incident } = opened;
  const log = deps.log.with({ cluster: clusterName, ...(incident && { incident: incident.incidentId }) });
  return { ...opened, deps: { ...deps, log } };
}

function describe({ kind, action, deadline }: Interruption): string {
  const until = deadline ? `, deadline ${deadline.toISOString()}` : '';
  return `${kind} (${action})${until}`;
}
