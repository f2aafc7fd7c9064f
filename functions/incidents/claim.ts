import type { Interruption, InterruptionKind, Severity } from '../signals/interruption.ts';
import { mayLeaveCordon } from './cordon-left.ts';

/** What is known of an incident, apart from who works on it. */
export interface IncidentFacts {
  readonly incidentId: string;
  readonly kind: InterruptionKind;
  readonly severity: Severity;
  readonly noticedAt: Date;
  readonly deadline?: Date | undefined;
  /** Set when the notice was a cancellation. */
  readonly cancelled?: true | undefined;
}

/** The part of the stored row that a claim is decided by. */
export interface ClaimedRow extends IncidentFacts {
  readonly state: 'open' | 'closed';
  readonly fence: number;
  readonly owner: string;
  /** Epoch milliseconds; `RELEASED` when the holder gave the lease up. */
  readonly leaseUntil: number;
  /** How often the incident was continued. */
  readonly run?: number | undefined;
  readonly closedAt?: Date | undefined;
  readonly outcome?: string | undefined;
}

export type ClaimDecision =
  | {
      readonly type: 'claim';
      readonly facts: IncidentFacts;
      readonly fence: number;
      readonly takeover: boolean;
      readonly supersedes?: InterruptionKind;
    }
  /** `deadline` is set when the row should learn of an earlier one. */
  | { readonly type: 'join'; readonly incidentId: string; readonly owner: string; readonly deadline?: Date }
  | { readonly type: 'already-handled'; readonly incidentId: string; readonly outcome: string };

export const RELEASED = 0;

/** A notice this long after the last one's end is about the instance's next life (stop, hibernate, reboot). */
const SAME_EPISODE_MS = 10 * 60_000;

/**
 * Who shall work on an interruption, given the instance's row. Read top-down; the first rule that fits decides.
 *
 * A softer notice never takes a harder one over, even when that one's run died: the claimer acts on its own
 * notice, would only tell, and its outcome would hide that nobody drained. The delayed second delivery or the
 * state change repairs it.
 */
export function decideClaim(
  row: ClaimedRow | undefined,
  interruption: Interruption,
  now: Date,
): ClaimDecision {
  if (!row) return begin(interruption, 1);
  const fence = row.fence + 1;
  const weight = weigh(row, interruption);
  const isLive = row.state === 'open' && row.leaseUntil > now.getTime();
  if (isLive && weight === 'same' && isMuchSooner(row, interruption))
    return { type: 'claim', facts: merge(row, interruption), fence, takeover: false };
  if (isLive)
    return weight === 'outranks' ? supersede(row, interruption, false) : join(row, interruption, weight);
  if (interruption.noticedAt > endOfEpisode(row)) return begin(interruption, fence);
  const died = row.state === 'open' && row.leaseUntil !== RELEASED;
  switch (weight) {
    case 'outranks':
      return supersede(row, interruption, died);
    case 'unrelated':
      return begin(interruption, fence);
    case 'yields':
      if (row.state === 'closed') return alreadyHandled(row);
      // What is to be taken back is not: somebody is on his way to go on.
      return died || interruption.cancelled ? join(row, interruption, weight) : begin(interruption, fence);
    case 'same':
      if (row.state === 'closed' && row.outcome !== 'failed') return alreadyHandled(row);
      return { type: 'claim', facts: merge(row, interruption), fence, takeover: died };
  }
}

/**
 * `<instance>/<kind>/<noticedAt, epoch seconds>` of the notice that began the incident. EventBridge's
 * duplicates carry the same `time`, hence the same id; later notices that join or take over keep the first id.
 */
export function incidentIdOf({ instanceId, kind, noticedAt, cancelled }: Interruption): string {
  return `${instanceId}/${cancelled ? `${kind}-cancelled` : kind}/${Math.floor(noticedAt.getTime() / 1000)}`;
}

/** When an incident's first notice was given, to the second; from its id. */
export function openedAt(incidentId: string): Date {
  return new Date(Number(incidentId.slice(incidentId.lastIndexOf('/') + 1)) * 1000);
}

type Weight = 'outranks' | 'same' | 'yields' | 'unrelated';

/** How a new notice stands to the row's. Hard ones are one and the same: the instance goes only once. */
function weigh(row: ClaimedRow, interruption: Interruption): Weight {
  const { severity, kind, noticedAt, deadline, cancelled } = interruption;
  if (cancelled && kind === 'instance-state-change') return weighReturn(row, noticedAt);
  if (severity !== row.severity) return severity === 'hard' ? 'outranks' : 'yields';
  if (severity === 'hard') return 'same';
  const isOlder = noticedAt < row.noticedAt;
  if (cancelled !== row.cancelled) {
    if (kind === row.kind && isOlder) return 'yields';
    return cancelled ? 'outranks' : 'unrelated';
  }
  if (kind !== row.kind) return 'unrelated';
  // A soft notice with another date is a rescheduling, unless it is older than what is already known.
  const isSame = cancelled || isOlder || deadline?.getTime() === row.deadline?.getTime();
  return isSame ? 'same' : 'unrelated';
}

/**
 * That an instance is back counts when what came before it has ended, and beside what is only told of or put off: neither has
 * touched the node, and a notice that is put off comes again by itself.
 */
function weighReturn(
  { leaseUntil, noticedAt, outcome = '', severity, state }: ClaimedRow,
  backAt: Date,
): Weight {
  const isPutOff = state === 'open' && severity === 'soft' && leaseUntil === RELEASED;
  const hasEnded = state === 'closed' && (noticedAt < backAt || !mayLeaveCordon(outcome));
  return isPutOff || hasEnded ? 'outranks' : 'yields';
}

/** Notices of one interruption say times that differ by little. */
const MUCH_SOONER_MS = 15_000;

/**
 * Of two hard notices, whether the new one leaves so much less time that the run at work, which goes by its own, would come too
 * late: a spot warning in the middle of a hook's drain, which may have hours.
 */
function isMuchSooner(row: ClaimedRow, { deadline, severity }: Interruption): boolean {
  // One that is going already has no more than a notice's time.
  if (severity !== 'hard' || !deadline || row.kind === 'instance-state-change') return false;
  return !row.deadline || row.deadline.getTime() - deadline.getTime() > MUCH_SOONER_MS;
}

type Notice = Pick<Interruption, 'kind' | 'severity'>;

/**
 * Whether a notice whose place `other` has taken comes again by itself when that is over: a soft one that was put off has left
 * word, and one of another kind does not make it untrue.
 */
export function comesAgain(notice: Notice, other: Notice): boolean {
  return notice.severity === 'soft' && other.severity === 'soft' && notice.kind !== other.kind;
}

function endOfEpisode({ noticedAt, deadline, closedAt }: ClaimedRow): Date {
  const lastKnown = Math.max(noticedAt.getTime(), deadline?.getTime() ?? 0);
  return new Date(Math.max(lastKnown + SAME_EPISODE_MS, closedAt?.getTime() ?? 0));
}

function begin(interruption: Interruption, fence: number): ClaimDecision {
  return { type: 'claim', facts: factsOf(interruption), fence, takeover: false };
}

function supersede(row: ClaimedRow, interruption: Interruption, takeover: boolean): ClaimDecision {
  const facts = factsOf(interruption);
  return { type: 'claim', facts, fence: row.fence + 1, takeover, supersedes: row.kind };
}

function join(row: ClaimedRow, interruption: Interruption, weight: Weight): ClaimDecision {
  const deadline = weight === 'same' ? earliest(row.deadline, interruption.deadline) : row.deadline;
  const isEarlier = deadline && deadline !== row.deadline;
  return { type: 'join', incidentId: row.incidentId, owner: row.owner, ...(isEarlier && { deadline }) };
}

function alreadyHandled({ incidentId, outcome }: ClaimedRow): ClaimDecision {
  return { type: 'already-handled', incidentId, outcome: outcome ?? 'unknown' };
}

/** The first notice names the incident; what the later one adds is an earlier deadline. */
function merge(row: ClaimedRow, interruption: Interruption): IncidentFacts {
  const { incidentId, kind, severity, noticedAt, cancelled } = row;
  const deadline = earliest(row.deadline, interruption.deadline);
  return { incidentId, kind, severity, noticedAt, deadline, cancelled };
}

function factsOf(interruption: Interruption): IncidentFacts {
  const { kind, severity, noticedAt, deadline, cancelled } = interruption;
  return { incidentId: incidentIdOf(interruption), kind, severity, noticedAt, deadline, cancelled };
}

function earliest(known: Date | undefined, other: Date | undefined): Date | undefined {
  if (!known || !other) return known ?? other;
  return other < known ? other : known;
}
