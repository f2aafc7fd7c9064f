import type { ClusterPort } from '../cluster/port.ts';
import type { Lease } from '../incidents/incident.ts';
import type { LocatedInstance } from '../locate/located.ts';
import type { Interruption } from '../signals/interruption.ts';
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
  /** Absent in a dry run. */
  readonly lease?: Lease;
}

export type NodeResult = Pick<InterruptionReport, 'outcome' | 'drain' | 'nodeName' | 'requests' | 'training'>;

export const INTERRUPTED: Outcome = {
  type: 'interrupted',
  reason: 'the lease was lost or the process was stopped',
};

/** A drain with no deadline stops trying here, inside Lambda's 15 minutes. */
const LONGEST_DRAIN_MS = 13 * 60_000;
/** An instance that is already shutting down has no more than a spot notice's time left. */
const ALREADY_GOING_MS = 120_000;

/** When to stop trying, deadline or not. */
export function giveUpAt({ action, deadline, kind, noticedAt }: Interruption, now: Date): Date {
  const longest = now.getTime() + LONGEST_DRAIN_MS;
  // Hibernation's deadline is its notice: the instance freezes as soon as its agent gets to it.
  if (deadline && action !== 'hibernate') return new Date(Math.min(deadline.getTime(), longest));
  const isGoing = kind === 'instance-state-change' || action === 'hibernate';
  return new Date(isGoing ? noticedAt.getTime() + ALREADY_GOING_MS : longest);
}
