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
}

type SoftResponse = 'tell' | 'cordon' | 'drain';

export const defaultChoices: PolicyChoices = {
  onRebalance: 'tell',
  onScheduledChange: 'tell',
  drainSelfManaged: false,
};

/** What the story does for one interruption. `reason` is for people. */
export interface Response {
  readonly cordon: boolean;
  readonly drain: boolean;
  /** Take our cordon back: the notice was cancelled. */
  readonly undo: boolean;
  readonly reason: string;
}

/**
 * Signal × owner × configuration → actions. Read top-down; the first rule that fits decides.
 *
 * Sources: EC2 gives a hibernating instance no two minutes; Karpenter relaunches the same type when its node
 * is drained on a rebalance, and may loop (its troubleshooting guide).
 */
export function chooseResponse(
  interruption: Interruption,
  owner: NodeOwner,
  choices: PolicyChoices,
): Response {
  if (interruption.cancelled) return { ...tell('the notice was cancelled'), undo: true };
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
      return soften(choices.onScheduledChange, 'the change is scheduled for later');
  }
}

function respondBesideOwner(interruption: Interruption, owner: NodeOwner, choices: PolicyChoices): Response {
  const who = owner.type === 'karpenter' ? 'Karpenter' : 'EKS Auto Mode';
  if (interruption.kind === 'rebalance-recommendation') return tell(`${who} would relaunch the same type`);
  if (!choices.drainSelfManaged) return tell(`${who} drains its own nodes`);
  if (interruption.action === 'hibernate')
    return cordonOnly('hibernation starts at once, there is no time to drain');
  return drain(`configured to drain nodes of ${who} too`);
}

function drainsItself(owner: NodeOwner): boolean {
  return owner.type === 'karpenter' || owner.type === 'auto-mode';
}

function soften(choice: SoftResponse, reason: string): Response {
  if (choice === 'tell') return tell(reason);
  return choice === 'cordon'
    ? cordonOnly(`configured, although ${reason}`)
    : drain(`configured, although ${reason}`);
}

const tell = (reason: string): Response => ({ cordon: false, drain: false, undo: false, reason });
const cordonOnly = (reason: string): Response => ({ cordon: true, drain: false, undo: false, reason });
const drain = (reason: string): Response => ({ cordon: true, drain: true, undo: false, reason });
