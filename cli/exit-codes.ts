import type { Outcome } from '../functions/respond/report.ts';

/** Exit codes: one for each way a replayed node was not emptied in time, one for findings of the audit. */
export const exitCodes = {
  /** Emptied in time, or planned where nothing was to be executed, or an event that needs no action. */
  ok: 0,
  /** Something failed that an operator must mend; the message names it. */
  failed: 1,
  /** A wrong flag, file or event. */
  usage: 2,
  /** The audit found what `--fail-on` names. */
  findings: 3,
  blocked: 3,
  'still-terminating': 4,
  /** The instance is no node of ours, its node is gone, or its tags name two clusters. */
  'no-node': 5,
  /** By policy people were told, or the node only cordoned. */
  'not-drained': 6,
  /** The event came after its own deadline. */
  'too-late': 7,
  /** Stopped (Ctrl-C), or another run took over and was not seen to finish. */
  interrupted: 130,
} as const;

export function exitCodeOf(outcome: Outcome): number {
  switch (outcome.type) {
    case 'emptied':
    case 'planned':
    case 'uncordoned':
    case 'already-handled':
    case 'joined':
      return exitCodes.ok;
    case 'failed':
      return exitCodes.failed;
    case 'blocked':
    case 'still-terminating':
    case 'too-late':
      return exitCodes[outcome.type];
    case 'not-ours':
    case 'node-gone':
    case 'ambiguous':
      return exitCodes['no-node'];
    case 'told':
    case 'cordoned':
      return exitCodes['not-drained'];
    case 'continued':
    case 'interrupted':
      return exitCodes.interrupted;
  }
}
