import type { Offer } from '../leader/offer.ts';
import type { Interruption } from '../signals/interruption.ts';
import type { RespondDeps, RespondOptions } from './deps.ts';
import type { InterruptionReport, Moment } from './report.ts';

/** The state one interruption gathers on its way through the story. */
export interface Chapter {
  readonly interruption: Interruption;
  readonly deps: RespondDeps;
  readonly options: RespondOptions;
  /** Set when another run has cordoned the node and handed it to this one. */
  readonly offered?: Offer;
  /** Goes on with a node that another run has cordoned. */
  readonly drainOffered: (offer: Offer) => Promise<InterruptionReport>;
  readonly moments: Moment[];
  /** Adds to the timeline and shows it to whoever watches. */
  readonly note: (moment: Moment) => void;
}

export function openChapter(
  interruption: Interruption,
  { deps, options, ...how }: Pick<Chapter, 'deps' | 'options' | 'offered' | 'drainOffered'>,
): Chapter {
  const moments: Moment[] = [];
  const log = deps.log.with({ instance: interruption.instanceId, signal: interruption.kind });
  return {
    ...how,
    interruption,
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
