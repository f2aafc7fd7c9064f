import { readOptIn } from '../checkpoint/opt-in.ts';
import type { CheckpointOutcome } from '../checkpoint/outcome.ts';
import { reportTraining } from '../checkpoint/outcome.ts';
import { type HoldForSave, openSaves } from '../checkpoint/saves.ts';
import type { Pod } from '../cluster/objects.ts';
import type { TrainingPod } from './report.ts';
import { giveUpAt, type Scene } from './scene.ts';

/** The saves of this interruption, followed until the scene's signal aborts. */
export function openSavesOf(scene: Scene, nodeName: string): HoldForSave {
  const { cluster, deps, incidentId, interruption, note, options, signal } = scene;
  const { clock, markers, random } = deps;
  const { action, deadline, kind, noticedAt, severity } = interruption;
  return openSaves(
    { cluster, clock, random, markers },
    {
      incidentId,
      kind,
      severity,
      noticedAt,
      ...(deadline && action !== 'hibernate' && { deadline }),
      giveUpAt: giveUpAt(scene),
      nodeName,
      quietMs: deps.choices.rebalanceCheckpointMinutes * 60_000,
      dryRun: options.dryRun,
      signal,
    },
    note,
  );
}

/** Asks the training jobs on the node to save and waits for their answers; every pod stays where it is. */
export async function saveAndStay(
  scene: Scene,
  nodeName: string,
  pods: readonly Pod[],
): Promise<readonly TrainingPod[]> {
  const stop = new AbortController();
  const signal = AbortSignal.any([scene.signal, stop.signal]);
  const hold = openSavesOf({ ...scene, signal }, nodeName);
  const stays = scene.interruption.severity === 'soft';
  try {
    const outcomes = await Promise.all(pods.map((pod) => saveOne(hold, pod)));
    return pods.flatMap((pod, at) => {
      const outcome = outcomes[at];
      const { namespace, name } = pod;
      return outcome ? [{ namespace, name, checkpoint: reportTraining(pod, outcome, { stays }) }] : [];
    });
  } finally {
    stop.abort();
  }
}

/** `undefined` for a pod that has nothing to do with training. */
async function saveOne(hold: HoldForSave, pod: Pod): Promise<CheckpointOutcome | undefined> {
  const optIn = readOptIn(pod);
  const isOver = pod.phase === 'Succeeded' || pod.phase === 'Failed';
  if (optIn.type === 'not-training' || isOver) return undefined;
  if (optIn.type === 'unprotected') return { result: 'not-opted-in', reason: optIn.reason };
  if (pod.deletionTimestamp) return { result: 'stopped-early', reason: 'it was already being stopped' };
  return (await hold(pod)).checkpoint;
}
