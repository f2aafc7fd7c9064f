import type { CheckpointResponse } from '../checkpoint/outcome.ts';
import type { NodeOwner } from '../locate/located.ts';
import type { Interruption } from '../signals/interruption.ts';

/** What a user may choose. Defaults act on what is certain and only tell about what may not come true. */
export interface PolicyChoices {
  /** On a rebalance recommendation. */
  readonly onRebalance: SoftResponse;
  /** On a scheduled change (AWS Health), which is days away. */
  readonly onScheduledChange: SoftResponse;
  /** Drain nodes of Karpenter and Auto Mode too. Off: they drain by themselves, twice helps nobody. */
  readonly drainSelfManaged: boolean;
  /** On a rebalance, a training gang is asked to save at most once in so many minutes. */
  readonly rebalanceCheckpointMinutes: number;
  /** A cordon for a rebalance is taken back when no interruption has followed for so many minutes; 0: never. */
  readonly rebalanceCordonMinutes: number;
  /** How long before a scheduled change its node is cordoned or drained, where that is configured. */
  readonly scheduledChangeLeadMinutes: number;
  /** For how long a drain may go on that no deadline ends sooner. */
  readonly longestDrainMinutes: number;
}

type SoftResponse = 'tell' | 'cordon' | 'drain';

export const defaultChoices: PolicyChoices = {
  onRebalance: 'tell',
  onScheduledChange: 'tell',
  drainSelfManaged: false,
  rebalanceCheckpointMinutes: 10,
  rebalanceCordonMinutes: 60,
  scheduledChangeLeadMinutes: 120,
  longestDrainMinutes: 120,
};

/** What a choice in minutes may be. A change with no time before it would be begun when it is too late. */
export const CHOICE_BOUNDS = {
  rebalanceCheckpointMinutes: { least: 1, most: 1440 },
  rebalanceCordonMinutes: { least: 0, most: 1440 },
  scheduledChangeLeadMinutes: { least: 5, most: 40_320 },
  longestDrainMinutes: { least: 5, most: 1440 },
} as const;

/** What the story does for one interruption. `reason` is for people. */
export interface Response extends Action {
  readonly checkpoint: CheckpointResponse;
}

interface Action {
  readonly cordon: boolean;
  readonly drain: boolean;
  /** Take our cordon back: the notice was cancelled, or the instance is back. */
  readonly undo: boolean;
  /** Not before. @default at once */
  readonly beginsAt?: Date;
  readonly reason: string;
}

/** Signal × owner × configuration → what is done with the node, and what with the training on it. */
export function chooseResponse(
  interruption: Interruption,
  owner: NodeOwner,
  choices: PolicyChoices,
): Response {
  const action = chooseAction(interruption, owner, choices);
  return { ...action, checkpoint: chooseCheckpoint(interruption, action) };
}

/**
 * A save costs training seconds, moving for nothing costs it much more: on a rebalance it stays, also where other pods
 * are drained. An owner that drains its nodes itself still asks nobody, so we do.
 */
function chooseCheckpoint({ cancelled, kind }: Interruption, { drain }: Action): CheckpointResponse {
  if (cancelled) return 'none';
  switch (kind) {
    // Its pods are being told to stop by the machine's own shutdown; a request would not reach them any more.
    case 'instance-state-change':
      return 'none';
    case 'rebalance-recommendation':
      return 'save-and-stay';
    case 'scheduled-change':
      return drain ? 'save-then-evict' : 'none';
    case 'spot-interruption':
    case 'capacity-reservation-interruption':
    case 'capacity-block-expiration':
    case 'terminate-hook':
      return drain ? 'save-then-evict' : 'save-and-stay';
  }
}

/**
 * Read top-down; the first rule that fits decides.
 *
 * Sources: EC2 gives a hibernating instance no two minutes; Karpenter relaunches the same type when its node
 * is drained on a rebalance, and may loop (its troubleshooting guide).
 */
function chooseAction(interruption: Interruption, owner: NodeOwner, choices: PolicyChoices): Action {
  if (interruption.cancelled) return { ...tell(whyUndone(interruption)), undo: true };
  if (drainsItself(owner)) return respondBesideOwner(interruption, owner, choices);
  if (interruption.action === 'hibernate')
    return cordonOnly('hibernation starts at once, there is no time to drain');
  switch (interruption.kind) {
    case 'spot-interruption':
    case 'capacity-reservation-interruption':
    case 'capacity-block-expiration':
    case 'terminate-hook':
      return drain('the instance goes');
    case 'instance-state-change':
      return drain('the instance is already going; moving its pods now shortens the outage');
    case 'rebalance-recommendation':
      return soften(choices.onRebalance, 'a rebalance may not come true');
    case 'scheduled-change':
      return inTime(interruption, choices);
  }
}

function whyUndone({ kind }: Interruption): string {
  switch (kind) {
    case 'instance-state-change':
      return 'the instance is back';
    case 'rebalance-recommendation':
      return 'no interruption has followed';
    default:
      return 'the notice was cancelled';
  }
}

/** The change may be weeks away: a node that empties today would stand idle until then. */
function inTime({ deadline }: Interruption, choices: PolicyChoices): Action {
  const { onScheduledChange, scheduledChangeLeadMinutes: lead } = choices;
  const action = soften(onScheduledChange, 'the change is scheduled for later');
  if (!deadline || !action.cordon) return action;
  const beginsAt = new Date(deadline.getTime() - lead * 60_000);
  return { ...action, reason: `configured for ${lead} minutes before a scheduled change`, beginsAt };
}

function respondBesideOwner(interruption: Interruption, owner: NodeOwner, choices: PolicyChoices): Action {
  const who = owner.type === 'karpenter' ? 'Karpenter' : 'EKS Auto Mode';
  if (interruption.kind === 'rebalance-recommendation') return tell(`${who} would relaunch the same type`);
  if (!choices.drainSelfManaged) return tell(`${who} drains its own nodes`);
  if (interruption.kind === 'scheduled-change') return inTime(interruption, choices);
  if (interruption.action === 'hibernate')
    return cordonOnly('hibernation starts at once, there is no time to drain');
  return drain(`configured to drain nodes of ${who} too`);
}

function drainsItself(owner: NodeOwner): boolean {
  return owner.type === 'karpenter' || owner.type === 'auto-mode';
}

function soften(choice: SoftResponse, reason: string): Action {
  if (choice === 'tell') return tell(reason);
  return choice === 'cordon'
    ? cordonOnly(`configured, although ${reason}`)
    : drain(`configured, although ${reason}`);
}

const tell = (reason: string): Action => ({ cordon: false, drain: false, undo: false, reason });
const cordonOnly = (reason: string): Action => ({ cordon: true, drain: false, undo: false, reason });
const drain = (reason: string): Action => ({ cordon: true, drain: true, undo: false, reason });
