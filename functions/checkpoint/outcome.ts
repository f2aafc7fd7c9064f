import type { Pod } from '../cluster/objects.ts';
import { gangOf } from './gang.ts';

/**
 * What a notice means for training jobs that opted in: nothing of ours; asked to save and left where they are; or asked
 * to save and then evicted like the others.
 */
export type CheckpointResponse = 'none' | 'save-and-stay' | 'save-then-evict';

/** What asking one pod's gang to save came to. `id` is the request's. */
export type CheckpointOutcome =
  | {
      readonly result: 'saved';
      readonly id: string;
      readonly step?: number | undefined;
      readonly uri?: string | undefined;
    }
  /** It said `Started`, and not `Complete` in time. */
  | { readonly result: 'unfinished'; readonly id: string }
  /** It was asked and never said `Started`. */
  | { readonly result: 'not-acknowledged'; readonly id: string }
  /** It was given its time; by its own choice or for want of a marker nobody knows what it did. */
  | { readonly result: 'unconfirmed'; readonly id: string; readonly reason: string }
  /** The job said that it could not save. */
  | { readonly result: 'failed'; readonly id: string }
  /** Another stopped the pod before its job had answered. */
  | { readonly result: 'stopped-early'; readonly reason: string }
  | { readonly result: 'not-asked'; readonly reason: string }
  /** Looks like training, but nobody opted in. */
  | { readonly result: 'not-opted-in'; readonly reason: string }
  /** Dry run: the server would take the request. */
  | { readonly result: 'would-ask'; readonly id: string };

/** When and how a pod that was held for its save may go. */
export interface Release {
  /** `time-left`: all that the notice still has, also where the pod's own grace is shorter. */
  readonly grace: 'own' | 'time-left';
  /** When a budget in the way is overridden; absent: at the pod's own last safe moment. */
  readonly overrideAt?: Date;
  readonly checkpoint: CheckpointOutcome;
}

/** The outcome as a report tells it. */
export type TrainingOutcome = CheckpointOutcome & {
  /** Name of the gang. */
  readonly gang: string;
  /** What this costs the job, in words for people. */
  readonly lost: string;
  /** GPUs that the pod asks for, and since when it has them. */
  readonly gpus?: number;
  readonly since?: Date;
};

/** `stays`: the pod trains on where it is. */
export function reportTraining(
  pod: Pod,
  outcome: CheckpointOutcome,
  { stays }: { readonly stays: boolean },
): TrainingOutcome {
  const lost = stays ? 'nothing, it trains on' : describeLoss(outcome);
  const { gpus, startedAt: since } = pod;
  return { ...outcome, gang: gangOf(pod).name, lost, ...(gpus > 0 && since && { gpus, since }) };
}

/** One line for people: what became of the request, and what it costs. */
export function describeTraining(outcome: TrainingOutcome): string {
  const words = outcome.result.replaceAll('-', ' ');
  if (outcome.result === 'saved') {
    const step = outcome.step === undefined ? '' : ` at step ${outcome.step}`;
    return `${words}${step}${outcome.uri ? ` in ${outcome.uri}` : ''}; lost: ${outcome.lost}`;
  }
  const reason = 'reason' in outcome ? ` (${outcome.reason})` : '';
  return `${words}${reason}; lost: ${outcome.lost}`;
}

function describeLoss(outcome: CheckpointOutcome): string {
  switch (outcome.result) {
    case 'saved':
      return outcome.step === undefined
        ? 'nothing but the steps after the save'
        : `nothing but the steps after ${outcome.step}`;
    case 'unconfirmed':
    case 'stopped-early':
      return 'unknown, at most the steps since its own last checkpoint';
    case 'would-ask':
      return 'nothing yet';
    case 'unfinished':
    case 'not-acknowledged':
    case 'failed':
    case 'not-asked':
    case 'not-opted-in':
      return 'the steps since its own last checkpoint, unless it saves on SIGTERM';
  }
}
