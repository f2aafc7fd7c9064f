import type { Severity } from '../signals/interruption.ts';
import type { FinalAck, SaveState } from './state.ts';
import { type CheckpointRequest, reasonOf } from './wire.ts';

/** The request that a notice would make, were it the first. */
export type Wish = Omit<CheckpointRequest, 'onDoomedNode'>;

export type AskDecision =
  /** A new request. */
  | { readonly type: 'ask'; readonly request: Wish }
  /** A save is under way: its id stays, the deadline becomes that of the node that goes first. */
  | { readonly type: 'join'; readonly request: Wish }
  /** What was saved is young enough, or was saved for this very notice. */
  | { readonly type: 'answered'; readonly request: CheckpointRequest; readonly ack: FinalAck }
  /** A soft notice, and the gang was asked not long ago. */
  | { readonly type: 'leave-alone'; readonly request: CheckpointRequest };

/** Less is lost by going at once than by saving again. */
const YOUNG_MS = 60_000;

/** Whether a gang is asked to save. Pure; read top-down, the first rule that fits decides. */
export function decideAsk(
  { ack, request }: SaveState,
  wish: Wish,
  { now, quietMs, severity }: { readonly now: Date; readonly quietMs: number; readonly severity: Severity },
): AskDecision {
  if (!request) return { type: 'ask', request: wish };
  // A duplicate or a taken-over run: the id comes from the incident, so the first run's request is ours.
  if (ack && request.id === wish.id) return { type: 'answered', request, ack };
  const isUnderWay = !ack && request.deadline > now;
  if (isUnderWay) return { type: 'join', request: join(request, wish, severity) };
  if (severity === 'soft' && isWithin(request.requestedAt, quietMs, now))
    return { type: 'leave-alone', request };
  const isYoung = ack?.state === 'Complete' && isWithin(ack.at ?? request.requestedAt, YOUNG_MS, now);
  if (isYoung) return { type: 'answered', request, ack };
  return { type: 'ask', request: wish };
}

/** A soft notice's deadline was only ever a guess, so a hard one's replaces it; of two that are known the earlier holds. */
function join(request: CheckpointRequest, wish: Wish, severity: Severity): Wish {
  const { deadline, reason } = wish;
  if (severity === 'hard' && SOFT_REASONS.has(request.reason)) return { ...request, deadline, reason };
  return deadline < request.deadline ? { ...request, deadline } : request;
}

const SOFT_REASONS: ReadonlySet<string> = new Set([
  reasonOf('rebalance-recommendation'),
  reasonOf('scheduled-change'),
]);

function isWithin(moment: Date, ms: number, now: Date): boolean {
  return now.getTime() - moment.getTime() < ms;
}
