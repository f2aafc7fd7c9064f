import { revisionOf } from '../announce/revision.ts';
import { type Announcement, schemas } from '../announce/schema.ts';
import { backoffMs } from '../backoff.ts';
import { messageOf } from '../errors.ts';
import type { Lease } from '../incidents/incident.ts';
import type { LocatedInstance } from '../locate/located.ts';
import { poolOf } from '../locate/pool-of.ts';
import type { Interruption } from '../signals/interruption.ts';
import type { Chapter } from './chapter.ts';
import { factsOf } from './details.ts';
import { chooseResponse } from './policy.ts';
import type { InterruptionReport, Outcome } from './report.ts';

/** How an incident ended, as people are told. */
export type Ending = Extract<Announcement, { readonly detailType: 'Interruption Handled' }>;

/**
 * Ends an incident: the outcome and what is to be told of it are written down in one write, then people are told, then it is
 * written down that they were. Whoever meets the row in between tells it, so that no end stays untold where a run dies.
 * A table that cannot be written is noted, the drain stays done.
 *
 * @param ending what to tell; `undefined` where nothing ended here.
 */
export async function endIncident(
  chapter: Chapter,
  report: InterruptionReport,
  lease: Lease | undefined,
  ending: Ending | undefined,
): Promise<InterruptionReport> {
  const toTell = ending && writeEnding(ending);
  if (lease && isEnd(report.outcome)) await close(chapter, report, lease, toTell);
  if (!ending || !toTell) return report;
  return withTelling(report, await tellEnding(chapter, ending, lease && toTell));
}

/**
 * Ends the story of an incident whose place this one has taken, where people were told that something would be done: its
 * run, if it still is at work, has lost its lease and ends without a word.
 */
export async function endOusted(chapter: Chapter, instance: LocatedInstance): Promise<void> {
  const { deps, incident, interruption, ousted } = chapter;
  if (!ousted || !incident) return;
  const { cancelled: _, deadline: __, ...notice } = interruption;
  const { deadline, incidentId, ...former } = ousted;
  const was: Interruption = { ...notice, ...former, ...(deadline && { deadline }) };
  if (!chooseResponse(was, instance.owner, deps.choices).cordon) return;
  const reason = `${incident.incidentId} has taken its place`;
  const finishedAt = deps.clock.now();
  const detail: Ending['detail'] = {
    ...factsOf(was, instance),
    incident: incidentId,
    revision: revisionOf(incident, 0),
    outcome: { type: 'superseded', reason },
    pods: [],
    finishedAt,
  };
  await tellEnding(chapter, { detailType: 'Interruption Handled', detail, time: finishedAt }, undefined);
}

/** Tells what an earlier run has left untold. */
export async function tellUntold(chapter: Chapter, untold: string): Promise<boolean> {
  const ending = readEnding(untold);
  if (ending) return tellEnding(chapter, ending, untold);
  chapter.deps.log.error('What was left to be told cannot be read: another version wrote it', { untold });
  return true;
}

/** A report whose end people were not told is a failure of its delivery. */
export function withTelling(report: InterruptionReport, isTold: boolean): InterruptionReport {
  return isTold ? report : { ...report, isUntold: true };
}

/** The drain is over and nobody waits: the bus is asked for as long as it may be in trouble for a moment. */
const PATIENCE_MS = 30_000;
/** Of the time that is kept for a hand-over, which is over too. */
const MARGIN_MS = 20_000;

async function tellEnding(chapter: Chapter, ending: Ending, kept: string | undefined): Promise<boolean> {
  const { deps, handOverAt, options } = chapter;
  const now = deps.clock.now().getTime();
  const until = Math.min(now + PATIENCE_MS, handOverAt.getTime() + MARGIN_MS);
  for (let attempt = 0; ; attempt++) {
    const answer = await deps.announcer.announce(ending);
    if (answer.type === 'announced') break;
    const pause = backoffMs(attempt, deps.random);
    const isLast = options.signal.aborted || deps.clock.now().getTime() + pause >= until;
    const fields = { attempt: attempt + 1, reason: answer.reason };
    if (isLast) {
      deps.log.error('The bus did not take how it ended', fields);
      return false;
    }
    deps.log.warn('The bus did not take how it ended, trying again', fields);
    await deps.clock.sleep(pause, options.signal).catch(() => undefined);
  }
  if (kept !== undefined) await markTold(chapter, kept);
  return true;
}

/** Told twice is harmless, so it need not succeed. */
async function markTold({ deps, interruption }: Chapter, kept: string): Promise<void> {
  try {
    await deps.incidents.told(interruption.instanceId, kept);
  } catch (error) {
    deps.log.warn('Not written down that people were told', { error: messageOf(error) });
  }
}

/** Not where another run goes on. */
function isEnd({ type }: Outcome): boolean {
  return type !== 'interrupted' && type !== 'continued' && type !== 'joined';
}

async function close(
  { deps, note }: Chapter,
  { drain, instance, nodeName, outcome, training = [] }: InterruptionReport,
  lease: Lease,
  toTell: string | undefined,
): Promise<void> {
  const pool = instance && poolOf(instance);
  try {
    await deps.incidents.close(lease, {
      outcome: outcome.type,
      ...(instance && { clusterName: instance.clusterName }),
      ...(nodeName && { nodeName }),
      ...(toTell && { toTell }),
      summary: { outcome, pods: drain?.pods.length ?? 0, training, ...(pool && { pool }) },
    });
  } catch (error) {
    note({ type: 'unrecorded', at: deps.clock.now(), text: messageOf(error) });
  }
}

/** In a row, each KB is paid for; the pods that went wrong come first. */
const PODS_KEPT = 50;

function writeEnding({ detail, ...ending }: Ending): string {
  const { pods, podsOmitted = 0 } = detail;
  const omitted = podsOmitted + Math.max(0, pods.length - PODS_KEPT);
  const kept = { ...detail, pods: pods.slice(0, PODS_KEPT), ...(omitted > 0 && { podsOmitted: omitted }) };
  return JSON.stringify({ ...ending, detail: kept });
}

function readEnding(text: string): Ending | undefined {
  const { detail, time }: { detail?: unknown; time?: string } = JSON.parse(text);
  const parsed = schemas['Interruption Handled'].safeParse(detail);
  if (!parsed.success || time === undefined) return undefined;
  return { detailType: 'Interruption Handled', detail: parsed.data, time: new Date(time) };
}
