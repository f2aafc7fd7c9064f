import type { Running } from './ask.ts';
import type { Gang } from './gang.ts';
import type { CheckpointMoment, SaveStage, Tell } from './moment.ts';
import type { CheckpointOutcome } from './outcome.ts';
import type { FinalAck, SaveState } from './state.ts';
import type { CheckpointRequest } from './wire.ts';

/** Tells each stage of one gang's save, once. */
export interface Stages {
  flagged(asked: Running): void;
  /** What the gang's pods show now. */
  seen(state: Pick<SaveState, 'ack' | 'started'>): void;
  /** A save that is young enough was found instead. */
  found(request: Pick<CheckpointRequest, 'id' | 'requestedAt'>, ack: FinalAck, pods: number): void;
  missed(checkpoint: CheckpointOutcome): void;
}

export function openStages(gang: Gang, incidentId: string, tell: Tell): Stages {
  const told = new Set<string>();
  let known: Pick<SaveStage, 'gang' | 'request' | 'requestedAt'> | undefined;
  const once = (key: string, moment: Omit<CheckpointMoment, 'at' | 'save'>, stage: Stage) => {
    if (told.has(key)) return;
    told.add(key);
    const text = `${gang.namespace}/${gang.name}  ${moment.text}`;
    tell({ ...moment, text, ...(known && { save: { ...known, ...stage } }) });
  };
  const remember = ({ id, requestedAt }: Pick<CheckpointRequest, 'id' | 'requestedAt'>, pods: number) => {
    known = { gang: { namespace: gang.namespace, name: gang.name, pods }, request: id, requestedAt };
  };
  return {
    flagged: (asked) => {
      remember(asked.request, asked.list.pods.length);
      once('flagged', { type: 'flagged', text: describeAsked(asked, incidentId) }, { state: 'requested' });
    },
    seen: ({ ack, started }) => {
      if (ack) once('answered', ...answerOf(ack));
      else if (started.size > 0)
        once('saving', { type: 'saving', text: 'the job has begun to save' }, { state: 'saving' });
    },
    found: (request, ack, pods) => {
      remember(request, pods);
      once('answered', ...answerOf(ack));
    },
    missed: (checkpoint) => {
      const stage = missedStage(checkpoint);
      if (stage) once(checkpoint.result, { type: 'unsaved', text: inWords(checkpoint) }, stage);
    },
  };
}

type Stage = Omit<SaveStage, 'gang' | 'request' | 'requestedAt'>;

function answerOf(ack: FinalAck): [Omit<CheckpointMoment, 'at' | 'save'>, Stage] {
  if (ack.state === 'Failed')
    return [{ type: 'unsaved', text: 'the job says that it could not save' }, { state: 'failed' }];
  const { at, step, uri } = ack;
  const where = [step !== undefined && `step ${step}`, uri].filter(Boolean).join(', ');
  const stage: Stage = {
    state: 'saved',
    ...(at && { savedAt: at }),
    ...(step !== undefined && { step }),
    ...(uri !== undefined && { uri }),
  };
  return [{ type: 'saved', text: where || 'complete' }, stage];
}

/** `undefined` where nothing was missed, or the job has said so itself. */
function missedStage(checkpoint: CheckpointOutcome): Stage | undefined {
  const why = 'reason' in checkpoint ? { reason: checkpoint.reason } : {};
  switch (checkpoint.result) {
    case 'not-acknowledged':
      return { state: 'not-acknowledged' };
    case 'unfinished':
    case 'unconfirmed':
      return { state: 'out-of-time', ...why };
    case 'not-asked':
    case 'stopped-early':
    case 'not-opted-in':
      return { state: 'failed', ...why };
    case 'saved':
    case 'failed':
    case 'would-ask':
      return undefined;
  }
}

function describeAsked({ list, options, request }: Running, incidentId: string): string {
  const how = request.id === incidentId ? 'asked to save' : `joined the save asked for as ${request.id}`;
  const hints = options.warnings.map((warning) => `; ${warning}`).join('');
  return `${how}, pods: ${list.pods.length}, until ${request.deadline.toISOString()}${hints}`;
}

function inWords(checkpoint: CheckpointOutcome): string {
  return 'reason' in checkpoint ? `${checkpoint.result}: ${checkpoint.reason}` : checkpoint.result;
}
