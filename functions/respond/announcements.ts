import { revisionOf } from '../announce/revision.ts';
import type { Announcement } from '../announce/schema.ts';
import type { IncidentIdentity } from '../incidents/incident.ts';
import type { LocatedInstance } from '../locate/located.ts';
import type { Chapter } from './chapter.ts';
import { factsOf, handledDetail, saveDetail } from './details.ts';
import type { Ending } from './end.ts';
import type { Response } from './policy.ts';
import type { InterruptionReport, Moment } from './report.ts';
import { openTally } from './tally.ts';

/** Tells our bus what happens. Nothing here is awaited by the drain, and nothing throws. */
export interface Herald {
  /** At once, before the drain. */
  received(response: Response): void;
  /** Progress, at most once in five seconds: the newest stands for those before it. */
  observe(moment: Moment): void;
  /** How it ended, pod by pod, to be told last: no progress is told any more. Counts as `incident`'s, by default the chapter's. */
  ending(report: InterruptionReport, incident?: IncidentIdentity): Ending | undefined;
  /** Resolves when everything before the end has been sent or given up. */
  settled(): Promise<void>;
}

const PROGRESS_EVERY_MS = 5_000;

/** A dry run is no incident and tells nobody. */
export function openHerald(chapter: Chapter, instance: LocatedInstance): Herald {
  const { incident } = chapter;
  if (!incident)
    return {
      received: () => undefined,
      observe: () => undefined,
      ending: () => undefined,
      settled: async () => undefined,
    };
  const { clock } = chapter.deps;
  const sent: Promise<void>[] = [];
  const tally = openTally();
  const over = new AbortController();
  let isWaiting = false;

  const facts = () => ({
    ...factsOf(chapter.interruption, instance),
    ...tally.node(),
    incident: incident.incidentId,
    revision: revisionOf(incident, sent.length),
  });
  const tell = (what: Telling) => void sent.push(announce(chapter, { ...what, time: clock.now() }));
  const tellProgress = async () => {
    isWaiting = true;
    tell({ detailType: 'Interruption Progress', detail: { ...facts(), ...tally.progress() } });
    const told = tally.version();
    await clock.sleep(PROGRESS_EVERY_MS, over.signal);
    isWaiting = false;
    if (tally.version() !== told) await tellProgress();
  };

  return {
    received: (response) => tell({ detailType: 'Interruption Received', detail: { ...facts(), response } }),
    observe: (moment) => {
      const save = 'save' in moment ? saveDetail(moment) : undefined;
      if (save && !over.signal.aborted)
        tell({ detailType: save.detailType, detail: { ...facts(), ...save.detail } });
      const isNews = tally.observe(moment);
      // Rejects when the story is over: nothing is left to tell then.
      if (isNews && !isWaiting && !over.signal.aborted) tellProgress().catch(() => undefined);
    },
    ending: (report, teller = incident) => {
      over.abort();
      const revision = revisionOf(teller, sent.length);
      return endingWith(report, { ...facts(), incident: teller.incidentId, revision });
    },
    settled: async () => void (await Promise.all(sent)),
  };
}

/** The end of a run that had nothing to tell before; the fence of a claim that failed is 0. */
export function endingOf(
  { interruption }: Chapter,
  report: InterruptionReport,
  incident: IncidentIdentity,
): Ending | undefined {
  const facts = factsOf(interruption, report.instance);
  return endingWith(report, { ...facts, incident: incident.incidentId, revision: revisionOf(incident, 0) });
}

function endingWith(
  report: InterruptionReport,
  facts: Omit<Ending['detail'], keyof NonNullable<ReturnType<typeof handledDetail>>>,
): Ending | undefined {
  const handled = handledDetail(report);
  if (!handled) return undefined;
  return { detailType: 'Interruption Handled', detail: { ...facts, ...handled }, time: report.finishedAt };
}

type Telling = Announcement extends infer Each
  ? Each extends Announcement
    ? Omit<Each, 'time'>
    : never
  : never;

async function announce({ deps }: Chapter, announcement: Announcement): Promise<void> {
  const answer = await deps.announcer.announce(announcement);
  const { detailType } = announcement;
  if (answer.type === 'failed')
    deps.log.warn('Event bus did not take the announcement', { detailType, reason: answer.reason });
}
