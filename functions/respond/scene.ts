import type { ClusterPort } from '../cluster/port.ts';
import type { Lease } from '../incidents/incident.ts';
import type { LocatedInstance } from '../locate/located.ts';
import type { Chapter } from './chapter.ts';
import type { Response } from './policy.ts';
import type { InterruptionReport, Outcome } from './report.ts';

/** What the part of the story that plays in the cluster works with. */
export interface Scene extends Chapter {
  readonly cluster: ClusterPort;
  readonly instance: LocatedInstance;
  readonly response: Response;
  /** Aborts when the lease is lost or the process must stop. */
  readonly signal: AbortSignal;
  readonly incidentId: string;
  /** Absent in a dry run, and where the table could not be asked. */
  readonly lease?: Lease;
}

export type NodeResult = Pick<InterruptionReport, 'outcome' | 'drain' | 'nodeName' | 'requests' | 'training'>;

/** With the instance and the response, where they are not those that the story set out with. */
export type LocatedResult = NodeResult & Partial<Pick<InterruptionReport, 'instance' | 'response'>>;

export const INTERRUPTED: Outcome = {
  type: 'interrupted',
  reason: 'the lease was lost or the process was stopped',
};

/** An instance that is already shutting down has no more than a spot notice's time left. */
const ALREADY_GOING_MS = 120_000;

/** When this run stops trying: at the drain's end, or when it must leave it to another. */
export function giveUpAt(chapter: Chapter): Date {
  const endsAt = drainEndsAt(chapter);
  return endsAt < chapter.handOverAt ? endsAt : chapter.handOverAt;
}

/** When the drain stops for good, over all its runs: at the deadline, or after the longest time that is configured. */
export function drainEndsAt({ deps, earlier, interruption }: Chapter): Date {
  const { action, cancelled, deadline, kind, noticedAt, severity } = interruption;
  const longest = new Date(earlier.begunAt.getTime() + deps.choices.longestDrainMinutes * 60_000);
  // Hibernation's deadline is its notice: the instance freezes as soon as its agent gets to it.
  if (cancelled) return longest;
  if (deadline && action !== 'hibernate')
    return severity === 'hard' || deadline < longest ? deadline : longest;
  const isGoing = kind === 'instance-state-change' || action === 'hibernate';
  return isGoing ? new Date(noticedAt.getTime() + ALREADY_GOING_MS) : longest;
}
