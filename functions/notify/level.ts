import type { Announced } from './announced.ts';
import type { Handled } from './story.ts';

/** How much of a person's attention something needs. */
export type Level = 'info' | 'warning' | 'critical';

export const LEVELS: readonly Level[] = ['info', 'warning', 'critical'];

export function worstOf(levels: readonly Level[]): Level {
  return LEVELS.findLast((level) => levels.includes(level)) ?? 'info';
}

export function reaches(level: Level, atLeast: Level): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(atLeast);
}

export function levelOf(announced: Announced): Level {
  switch (announced.type) {
    case 'Interruption Received':
    case 'Interruption Progress':
    case 'Checkpoint Requested':
    case 'Checkpoint Progress':
    case 'Checkpoint Completed':
      return 'info';
    case 'Checkpoint Missed':
      return 'warning';
    case 'Interruption Handled':
      return levelOfEnd(announced.detail);
    case 'Fallback Decided':
      return levelOfDecision(announced.detail);
  }
}

function levelOfEnd({ outcome, pods }: Handled): Level {
  return worstOf([levelOfOutcome(outcome.type), pods.some(isLossy) ? 'warning' : 'info']);
}

/** Of the outcome alone, whatever became of each pod. */
export function levelOfOutcome(outcome: Handled['outcome']['type']): Level {
  switch (outcome) {
    case 'failed':
    case 'blocked':
    case 'ambiguous':
      return 'critical';
    case 'still-terminating':
    case 'too-late':
      return 'warning';
    case 'emptied':
    case 'cordoned':
    case 'told':
    case 'uncordoned':
    case 'superseded':
    case 'node-gone':
      return 'info';
  }
}

/**
 * Something that people may miss afterwards: a pod past its budget, one that asked to stay, one that nothing
 * recreates, or training that did not save. Most emptyDirs are caches, so losing one is a note beside its pod, no warning.
 */
export function isLossy({ result, hazards = [], checkpoint }: Handled['pods'][number]): boolean {
  if (result === 'skipped') return false;
  if (checkpoint && checkpoint.result !== 'saved') return true;
  return result === 'deleted' || hazards.includes('no-controller') || hazards.includes('asked-to-stay');
}

/** A quota or a configuration waits for a person; capacity comes back by itself. */
function levelOfDecision({
  action,
  refusals,
}: Extract<Announced, { type: 'Fallback Decided' }>['detail']): Level {
  const waits = refusals.some(({ reason }) => reason === 'QUOTA' || reason === 'CONFIG');
  if (waits) return 'critical';
  return action === 'refuse' ? 'warning' : 'info';
}
