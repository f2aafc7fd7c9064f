import { writeAccount } from '../drain/account.ts';
import type { DrainReport, PodReport } from '../drain/outcome.ts';
import { messageOf } from '../errors.ts';
import type { Lease } from '../incidents/incident.ts';
import type { LocatedInstance } from '../locate/located.ts';
import type { Chapter } from './chapter.ts';
import { drainEndsAt, type LocatedResult, type Scene } from './scene.ts';

/** How long after its invocation's end a run counts as dead: its lease must have run out. */
const WATCH_MARGIN_MS = 30_000;
/** By then the lease is given up; the successor of a run that died in between waits for it. */
const SOON_MS = 5_000;
/** A timer may wake up this much too early. */
const EARLY_MS = 1_000;

/**
 * Whether the drain can go on when this invocation ends: true when it may need to, and word for a successor is on its
 * way. That word comes when this run should be over; it finds the work done, or handed over to another, or takes it
 * up because this run has died.
 */
export async function leaveWatch(scene: Scene): Promise<boolean> {
  const { deps, handOverAt, incidentId, instance, lease, note, options } = scene;
  if (options.dryRun || drainEndsAt(scene) <= handOverAt) return false;
  if (!lease) {
    note({ type: 'unwatched', at: deps.clock.now(), text: 'nothing can be left in the table' });
    return false;
  }
  const answer = await leaveSuccessor(scene, incidentId, instance, deps.timeLeftMs() + WATCH_MARGIN_MS);
  if (answer.type === 'queued') return true;
  note({ type: 'unwatched', at: deps.clock.now(), text: answer.reason });
  return false;
}

/** True when this run ended only because its invocation does. */
export function isCutShort(scene: Scene, { end }: DrainReport): boolean {
  const now = scene.deps.clock.now();
  const hasMore = end === 'blocked' || end === 'still-terminating';
  return hasMore && now.getTime() + EARLY_MS >= scene.handOverAt.getTime() && now < drainEndsAt(scene);
}

/**
 * Leaves the drain to another run: first the word for it, then the memory together with the lease, so that at every
 * moment somebody is at work or on the way. When the word cannot be sent, the watch stands in, later.
 */
export async function handOver(
  chapter: Chapter,
  lease: Lease,
  instance: LocatedInstance,
  result: LocatedResult,
): Promise<LocatedResult> {
  const { deps, earlier, note } = chapter;
  const pods = result.drain?.pods ?? [];
  const where = result.instance ?? instance;
  const answer = await leaveSuccessor(chapter, lease.incidentId, where, SOON_MS);
  if (answer.type === 'failed') note({ type: 'unwatched', at: deps.clock.now(), text: answer.reason });
  try {
    const run = earlier.run + 1;
    const open = pods.filter(isOpen).map(({ name, namespace }) => `${namespace}/${name}`);
    const handed = await deps.incidents.handOver(lease, { run, open, account: writeAccount(pods) });
    if (handed === 'lost')
      return { ...result, outcome: { type: 'interrupted', reason: 'another run has taken over' } };
  } catch (error) {
    note({ type: 'unrecorded', at: deps.clock.now(), text: messageOf(error) });
  }
  return result;
}

function leaveSuccessor(
  { deps, earlier, notice }: Chapter,
  incidentId: string,
  instance: LocatedInstance,
  inMs: number,
) {
  return deps.continuations.leave({
    interruption: notice,
    dueAt: new Date(deps.clock.now().getTime() + inMs),
    resumes: { incidentId, run: earlier.run + 1, instance },
  });
}

function isOpen({ outcome }: PodReport): boolean {
  return ['blocked', 'failed', 'still-terminating'].includes(outcome.result);
}
