import { secondsBetween } from '../../clock.ts';
import type { Checkpoint } from '../story.ts';
import { code, say } from './mrkdwn.ts';
import { plural, SYMBOL, withoutTrailingDot } from './words.ts';

/** `2 saved · 1 did not save` */
export function countCheckpoints(checkpoints: readonly Checkpoint[]): string {
  const saved = checkpoints.filter(({ state }) => state === 'saved').length;
  const missed = checkpoints.filter(isMissed).length;
  const open = checkpoints.length - saved - missed;
  return [
    ...(missed > 0 ? [`${missed} did not save`] : []),
    ...(open > 0 ? [`${open} saving`] : []),
    ...(saved > 0 ? [`${saved} saved`] : []),
  ].join(' · ');
}

/** One line a gang. */
export function checkpointLine(checkpoint: Checkpoint): string {
  const { gang, state } = checkpoint;
  const who = `${code(`${gang.namespace}/${gang.name}`)} (${plural(gang.pods, 'pod')})`;
  return `${symbolOf(state)} ${who} ${tellState(checkpoint)}`;
}

export function isMissed({ state }: Checkpoint): boolean {
  return state === 'failed' || state === 'not-acknowledged' || state === 'out-of-time';
}

function tellState({ state, step, uri, requestedAt, savedAt, reason }: Checkpoint): string {
  const why = reason === undefined ? '' : `: ${say(withoutTrailingDot(reason), 240)}`;
  switch (state) {
    case 'requested':
      return 'was asked to save';
    case 'saving':
      return 'is saving';
    case 'saved': {
      const what = step === undefined ? 'saved' : `saved step ${step}`;
      const took = savedAt ? ` in ${Math.max(0, Math.round(secondsBetween(requestedAt, savedAt)))} s` : '';
      return `${what}${took}${uri === undefined ? '' : `, ${code(uri)}`}`;
    }
    case 'failed':
      return `could not save${why}`;
    case 'not-acknowledged':
      return `did not answer${why}`;
    case 'out-of-time':
      return `had not finished saving when the time was up${why}`;
  }
}

function symbolOf(state: Checkpoint['state']): string {
  if (state === 'saved') return SYMBOL.done;
  return state === 'requested' || state === 'saving' ? SYMBOL.saving : SYMBOL.warning;
}
