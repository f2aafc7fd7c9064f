import { secondsBetween } from '../../clock.ts';
import { type Level, levelOf, worstOf } from '../level.ts';
import { checkpointsOf, type Facts, type Handled, type Phase, type Progress, type Story } from '../story.ts';
import { isMissed } from './checkpoint.ts';
import { nameOfKind, nameOfOutcome, plural, SYMBOL, symbolOfEnd } from './words.ts';

/** How an incident stands, in a few words: what a person reads first, and often alone. */
export interface Headline {
  readonly symbol: string;
  readonly title: string;
}

export function headlineOf(story: Story, phase: Phase, facts: Facts): Headline {
  switch (phase.type) {
    case 'received':
      return facts.severity === 'hard'
        ? { symbol: SYMBOL.notice, title: nameOfKind(facts.kind) }
        : { symbol: SYMBOL.note, title: nameOfKind(facts.kind) };
    case 'moving':
      return headlineOfProgress(phase.detail);
    case 'ended': {
      const { outcome } = phase.detail;
      return {
        symbol: symbolOfEnd(outcome.type, levelOfStory(story, phase)),
        title: titleOfEnd(phase.detail),
      };
    }
  }
}

export function levelOfStory(story: Story, phase: Phase): Level {
  const end: Level =
    phase.type === 'ended' ? levelOf({ type: 'Interruption Handled', detail: phase.detail }) : 'info';
  return worstOf([end, checkpointsOf(story).some(isMissed) ? 'warning' : 'info']);
}

/** Seconds between the last pod's end and the instance's; `undefined` where either is not known. */
export function secondsToSpare({ emptiedAt, deadline }: Handled): number | undefined {
  return emptiedAt && deadline ? Math.round(secondsBetween(emptiedAt, deadline)) : undefined;
}

function headlineOfProgress({ stage, pods, blockers }: Progress): Headline {
  const counts = `${pods.gone} of ${plural(pods.total, 'pod')} gone`;
  switch (stage) {
    case 'cordoned':
      return { symbol: SYMBOL.busy, title: 'Cordoned' };
    case 'saving':
      return { symbol: SYMBOL.saving, title: `Training is saving, ${counts}` };
    case 'draining':
      return {
        symbol: SYMBOL.busy,
        title: `Moving its pods, ${counts}${blockers.length > 0 ? `, ${blockers.length} held back` : ''}`,
      };
  }
}

function titleOfEnd(handled: Handled): string {
  const { outcome, pods } = handled;
  const count = (result: string) => pods.filter((pod) => pod.result === result).length;
  switch (outcome.type) {
    case 'emptied': {
      const spare = secondsToSpare(handled);
      return spare === undefined ? 'Emptied' : `Emptied with ${spare} s to spare`;
    }
    case 'still-terminating':
      return `${plural(count('still-terminating'), 'pod')} still stopping when the time was up`;
    case 'blocked':
      return `${plural(count('blocked') + count('failed'), 'pod')} could not be moved`;
    default:
      return nameOfOutcome(outcome.type);
  }
}
