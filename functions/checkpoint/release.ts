import type { CheckpointOutcome, Release } from './outcome.ts';
import type { SaveState } from './state.ts';
import type { SaveTimes } from './timeline.ts';
import type { CheckpointRequest } from './wire.ts';

export interface Waiting {
  readonly request: Pick<CheckpointRequest, 'id'>;
  readonly state: Pick<SaveState, 'ack' | 'started'>;
  readonly times: SaveTimes;
  /** Whether the job says `Started` at all. */
  readonly speaks: boolean;
  /** Why no acknowledgement was seen, where that is not the job's doing. */
  readonly blindness: string;
}

/** Whether one pod of a gang that was asked may go now. Pure; `undefined` means wait. */
export function decideRelease(waiting: Waiting, podUid: string, now: Date): Release | undefined {
  const { request, speaks, state, times } = waiting;
  const hasStarted = state.started.has(podUid);
  if (state.ack) return answered(state.ack);
  if (now >= times.saveUntil) {
    const checkpoint: CheckpointOutcome = speaks
      ? { result: hasStarted ? 'unfinished' : 'not-acknowledged', id: request.id }
      : { result: 'unconfirmed', id: request.id, reason: waiting.blindness };
    return { grace: 'time-left', overrideAt: times.overrideAt, checkpoint };
  }
  if (now >= times.startBy && !hasStarted)
    return { grace: 'time-left', checkpoint: { result: 'not-acknowledged', id: request.id } };
  return undefined;
}

/** The job's last word: what is saved needs no more time, what could not be saved may try again when told to stop. */
export function answered({ id, state, step, uri }: NonNullable<SaveState['ack']>): Release {
  if (state === 'Failed') return { grace: 'time-left', checkpoint: { result: 'failed', id } };
  return { grace: 'own', checkpoint: { result: 'saved', id, step, uri } };
}

/** The next moment at which time alone may change the answer. */
export function nextLook({ startBy, saveUntil }: SaveTimes, now: Date): Date {
  return now < startBy ? startBy : saveUntil;
}
