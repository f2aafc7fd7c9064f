import type { Pod } from '../cluster/objects.ts';
import type { SaveDeps, SaveRequest } from './ask.ts';
import { gangOf } from './gang.ts';
import { saveGang } from './gang-save.ts';
import type { CheckpointMoment, Tell } from './moment.ts';
import type { Release } from './outcome.ts';

/** Resolves when the pod may go, saved or not; rejects only with the reason of the request's signal. */
export type HoldForSave = (pod: Pod) => Promise<Release>;

/**
 * The saves of one interruption. A pod's gang is asked when the first of its pods is held, and once; all gangs run
 * beside each other. `observe` must not throw.
 */
export function openSaves(
  deps: SaveDeps,
  request: SaveRequest,
  observe: (moment: CheckpointMoment) => void,
): HoldForSave {
  const saves = new Map<string, HoldForSave>();
  const tell: Tell = (moment) => {
    if (!request.signal.aborted) observe({ ...moment, at: deps.clock.now() });
  };
  return (pod) => {
    const gang = gangOf(pod);
    const save = saves.get(gang.key) ?? saveGang(deps, request, gang, tell);
    saves.set(gang.key, save);
    return save(pod);
  };
}
