import type { Pod } from '../cluster/objects.ts';
import { ACK_ANNOTATION, REQUEST_ANNOTATION } from './labels.ts';
import { type CheckpointAck, type CheckpointRequest, parseAck, parseRequest } from './wire.ts';

/** How far a gang's save has come, as its pods' annotations show it: that is all the memory there is. */
export interface SaveState {
  /** The newest request on any pod; its deadline is the earliest that any of them carries. */
  readonly request?: CheckpointRequest;
  /** The job's last word on that request. */
  readonly ack?: FinalAck;
  /** UIDs of pods that said `Started`. */
  readonly started: ReadonlySet<string>;
}

export type FinalAck = CheckpointAck & { readonly state: 'Complete' | 'Failed' };

export function readState(pods: readonly Pod[]): SaveState {
  const request = newestRequest(pods);
  if (!request) return { started: new Set() };
  const acks = pods.flatMap(({ annotations, uid }) => {
    const ack = parseAck(annotations[ACK_ANNOTATION]);
    return ack && isAbout(request, ack) ? [{ uid, ack }] : [];
  });
  const final = acks.map(({ ack }) => ack).filter(isFinal);
  const ack = final.find(({ state }) => state === 'Complete') ?? final[0];
  return { request, started: new Set(acks.map(({ uid }) => uid)), ...(ack && { ack }) };
}

/** A stale id, or a word that came after the deadline, changes nothing. */
function isAbout({ deadline, id }: CheckpointRequest, ack: CheckpointAck): boolean {
  return ack.id === id && (!ack.at || ack.at <= deadline);
}

function isFinal(ack: CheckpointAck): ack is FinalAck {
  return ack.state !== 'Started';
}

function newestRequest(pods: readonly Pod[]): CheckpointRequest | undefined {
  return pods
    .flatMap(({ annotations }) => parseRequest(annotations[REQUEST_ANNOTATION]) ?? [])
    .reduce<CheckpointRequest | undefined>((newest, each) => {
      if (!newest || each.requestedAt > newest.requestedAt) return each;
      return each.id === newest.id && each.deadline < newest.deadline ? each : newest;
    }, undefined);
}
