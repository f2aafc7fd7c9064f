import type { Pod } from '../cluster/objects.ts';
import { type GangMember, gangOf } from './gang.ts';
import { ACK_ANNOTATION, MARKER_ANNOTATION, OPT_IN_LABEL, TIMEOUT_ANNOTATION } from './labels.ts';
import { type MarkerPlace, parsePlace } from './marker-place.ts';

export type OptIn =
  | { readonly type: 'opted-in' }
  /** Looks like training but cannot be asked; `reason` says what to change. */
  | { readonly type: 'unprotected'; readonly reason: string }
  | { readonly type: 'not-training' };

/** As much of a pod as tells whether it trains. */
type Trainee = GangMember & Pick<Pod, 'gpus'>;

/** Whether the pod's owner wants its job to be asked to save. Opting in is the label, nothing else. */
export function readOptIn(pod: Trainee): OptIn {
  const label = pod.labels[OPT_IN_LABEL];
  if (label === 'enabled') return { type: 'opted-in' };
  if (label === 'disabled' || !looksLikeTraining(pod)) return { type: 'not-training' };
  const found = label === undefined ? `no label ${OPT_IN_LABEL}` : `label ${OPT_IN_LABEL} is "${label}"`;
  return { type: 'unprotected', reason: `${found}; enabled lets it save first, disabled ends this note` };
}

/** GPUs, and an owner that training runs under. A Deployment with GPUs is inference. */
function looksLikeTraining(pod: Trainee): boolean {
  return pod.gpus > 0 && gangOf(pod).isOwned;
}

type Acknowledging =
  /** The job says `Started` and `Complete` on its own pods. */
  | { readonly by: 'annotation' }
  /** The job writes an object when its checkpoint is complete; it never says `Started`. */
  | { readonly by: 'marker'; readonly place: MarkerPlace }
  /** Nothing that the job says can be seen, so its time-out is waited for. */
  | { readonly by: 'none'; readonly why: string };

export interface CheckpointOptions {
  readonly acknowledging: Acknowledging;
  /** How long one save may take; absent: as long as the notice allows. */
  readonly timeoutSeconds?: number;
  /** Options that make no sense, and what is done instead. */
  readonly warnings: readonly string[];
}

const LONGEST_TIMEOUT_SECONDS = 3600;

/** Why markers in a place cannot be seen, if so. */
type ProblemWith = (place: MarkerPlace) => string | undefined;

/** The options of a gang are those of its first pod that opted in. */
export function readOptions(pods: readonly Pod[], problemWith: ProblemWith): CheckpointOptions {
  const annotations = pods.find((pod) => readOptIn(pod).type === 'opted-in')?.annotations ?? {};
  const warnings: string[] = [];
  const acknowledging = readAcknowledging(annotations, warnings, problemWith);
  const text = annotations[TIMEOUT_ANNOTATION];
  const seconds = Number(text);
  const isUsable = Number.isInteger(seconds) && seconds >= 1 && seconds <= LONGEST_TIMEOUT_SECONDS;
  if (text !== undefined && !isUsable)
    warnings.push(
      `annotation ${TIMEOUT_ANNOTATION} is "${text}", not a whole number of seconds from 1 to ${LONGEST_TIMEOUT_SECONDS}; ignored`,
    );
  return { acknowledging, ...(text !== undefined && isUsable && { timeoutSeconds: seconds }), warnings };
}

/** JSON here is an earlier acknowledgement, so the job does it by annotation. */
function readAcknowledging(
  annotations: Pod['annotations'],
  warnings: string[],
  problemWith: ProblemWith,
): Acknowledging {
  const option = annotations[ACK_ANNOTATION] ?? 'annotation';
  if (option === 'none') return { by: 'none', why: 'the job acknowledges nothing' };
  if (option !== 'marker') {
    if (option !== 'annotation' && !option.startsWith('{'))
      warnings.push(`annotation ${ACK_ANNOTATION} is "${option}"; it may be annotation, marker or none`);
    return { by: 'annotation' };
  }
  const prefix = annotations[MARKER_ANNOTATION] ?? '';
  const place = parsePlace(prefix);
  const problem = place ? problemWith(place) : 'not s3://bucket/prefix; no marker can be looked for';
  if (place && problem === undefined) return { by: 'marker', place };
  const why = `annotation ${MARKER_ANNOTATION} is "${prefix}", ${problem}`;
  warnings.push(why);
  return { by: 'none', why };
}
