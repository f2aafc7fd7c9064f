import type { EarlierRuns, IncidentIdentity, OustedIncident } from '../incidents/incident.ts';
import type { Offer } from '../leader/offer.ts';
import type { Interruption } from '../signals/interruption.ts';
import type { RespondDeps, RespondOptions } from './deps.ts';
import type { InterruptionReport, Moment } from './report.ts';

/** The state one interruption gathers on its way through the story. */
export interface Chapter {
  /** As it was noticed, for those who go on. */
  readonly notice: Interruption;
  /** With what was learned since: a hook's deadline. */
  readonly interruption: Interruption;
  readonly deps: RespondDeps;
  readonly options: RespondOptions;
  /** Set when another run has cordoned the node and handed it to this one. */
  readonly offered?: Offer;
  /** Goes on with a node that another run has cordoned. */
  readonly drainOffered: (offer: Offer) => Promise<InterruptionReport>;
  /** When a run must leave its drain to another, a while before its invocation is cut off. */
  readonly handOverAt: Date;
  /** Set when it is known; a dry run has none. Its fence is 0 where the table could not be asked. */
  readonly incident?: IncidentIdentity;
  /** Another incident of the instance, whose place this one has taken. */
  readonly ousted?: OustedIncident;
  /** What earlier runs of the incident left. */
  readonly earlier: EarlierRuns;
  readonly moments: Moment[];
  /** Adds to the timeline and shows it to whoever watches. */
  readonly note: (moment: Moment) => void;
}

/** Enough for what is under way to end, and for the hand-over itself. */
const HAND_OVER_MS = 30_000;

export function openChapter(
  interruption: Interruption,
  { deps, options, ...how }: Pick<Chapter, 'deps' | 'options' | 'offered' | 'drainOffered'>,
): Chapter {
  const moments: Moment[] = [];
  const now = deps.clock.now();
  const log = deps.log.with({ instance: interruption.instanceId, signal: interruption.kind });
  return {
    ...how,
    notice: interruption,
    interruption,
    handOverAt: new Date(now.getTime() + deps.timeLeftMs() - HAND_OVER_MS),
    earlier: { run: 0, begunAt: now },
    deps: { ...deps, log },
    options,
    moments,
    note: (moment) => {
      moments.push(moment);
      options.observe(interruption.instanceId, moment);
    },
  };
}

/** A chapter whose moments are also told to `observe`. */
export function withObserver(chapter: Chapter, observe: (moment: Moment) => void): Chapter {
  const note = (moment: Moment) => {
    chapter.note(moment);
    observe(moment);
  };
  return { ...chapter, note };
}
