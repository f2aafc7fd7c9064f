import { secondsBetween } from '../clock.ts';
import type { Pod } from '../cluster/objects.ts';
import { askGang, type SaveDeps, type SaveRequest } from './ask.ts';
import { type Followed, followSave } from './follow-save.ts';
import type { Gang } from './gang.ts';
import type { Tell } from './moment.ts';
import type { Release } from './outcome.ts';
import { answered, decideRelease, nextLook } from './release.ts';
import { openStages, type Stages } from './stage.ts';
import { saveTimes } from './timeline.ts';

/**
 * Asks one gang and follows its save; the result tells for each of its pods when that may go. Whatever goes wrong
 * costs the save, never the drain: the pods are released with the reason. Rejects only when `request.signal` aborts.
 */
export function saveGang(
  deps: SaveDeps,
  request: SaveRequest,
  gang: Gang,
  tell: Tell,
): (pod: Pod) => Promise<Release> {
  const stages = openStages(gang, request.incidentId, tell);
  const over = new AbortController();
  const signal = AbortSignal.any([request.signal, over.signal]);
  const asking = ask(deps, { ...request, signal }, gang, stages);
  asking.catch(() => undefined);
  let waiting = 0;
  return async (pod) => {
    waiting += 1;
    const asked = await asking;
    const release = 'checkpoint' in asked ? asked : await untilReleased(deps, request, asked, pod);
    stages.missed(release.checkpoint);
    waiting -= 1;
    // Nobody acts on what the gang says from now on.
    if (waiting === 0) over.abort();
    return release;
  };
}

/** A release where nothing is left to wait for, else the save under way. */
async function ask(
  deps: SaveDeps,
  request: SaveRequest,
  gang: Gang,
  stages: Stages,
): Promise<Release | Followed> {
  const now = deps.clock.now();
  const { saveUntil } = saveTimes(request, { acknowledging: { by: 'annotation' } }, now);
  if (saveUntil <= now) return notAsked('too little of the notice is left');
  try {
    const asked = await askGang(deps, request, gang);
    switch (asked.type) {
      case 'answered':
        stages.found(asked.request, asked.ack, asked.list.pods.length);
        return answered(asked.ack);
      case 'outrun':
        return notAsked('others asked the gang at the same time, every time');
      case 'leave-alone':
        return notAsked(`asked ${Math.round(secondsBetween(asked.request.requestedAt, now))} s ago`);
      case 'ask':
      case 'join':
        stages.flagged(asked);
        if (request.dryRun)
          return { grace: 'own', checkpoint: { result: 'would-ask', id: asked.request.id } };
        return followSave(deps, request, gang, asked, stages.seen);
    }
  } catch (error) {
    request.signal.throwIfAborted();
    return notAsked(error instanceof Error ? error.message : String(error));
  }
}

async function untilReleased(
  { clock }: SaveDeps,
  { signal }: SaveRequest,
  followed: Followed,
  pod: Pod,
): Promise<Release> {
  for (;;) {
    const { failure, ...waiting } = followed.look();
    if (failure !== undefined) return notAsked(failure);
    const now = clock.now();
    const release = decideRelease(waiting, pod.uid, now);
    if (release) return release;
    const turn = new AbortController();
    const until = AbortSignal.any([signal, turn.signal]);
    const pause = clock.sleep(nextLook(waiting.times, now).getTime() - now.getTime(), until);
    try {
      await Promise.race([pause, followed.changed()]);
    } finally {
      turn.abort();
      pause.catch(() => undefined);
    }
    signal.throwIfAborted();
  }
}

function notAsked(reason: string): Release {
  return { grace: 'time-left', checkpoint: { result: 'not-asked', reason } };
}
