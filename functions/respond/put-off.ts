import type { Lease } from '../incidents/incident.ts';
import type { Located, LocatedInstance } from '../locate/located.ts';
import type { Chapter } from './chapter.ts';
import type { Response } from './policy.ts';
import type { LocatedResult } from './scene.ts';
import { actWhereItIs } from './second-opinion.ts';

/**
 * Acts on the node; what a far date gives time for is put off, what is begun on suspicion is undone in time. A dry run
 * shows the plan at once.
 */
export async function actInTime(
  chapter: Chapter,
  location: Located,
  response: Response,
  lease: Lease | undefined,
  signal: AbortSignal,
): Promise<LocatedResult> {
  const { beginsAt } = response;
  if (lease && beginsAt && chapter.deps.clock.now() < beginsAt)
    return putOff(chapter, lease, location.instance, beginsAt);
  await leaveExpiry(chapter, response, lease);
  return actWhereItIs(chapter, location, response, lease, signal);
}

/**
 * Leaves what is to be done to a later invocation, since a scheduled change is days away: first the word for it, then
 * the row, which stays open until then. A notice that changes the date begins another incident, a cancellation or a hard
 * signal takes this one's place; the word then finds nothing to do.
 */
async function putOff(
  { deps, earlier, note, notice }: Chapter,
  lease: Lease,
  instance: LocatedInstance,
  beginsAt: Date,
): Promise<LocatedResult> {
  const { incidentId } = lease;
  const run = earlier.run + 1;
  const left = await deps.continuations.leave({
    interruption: notice,
    dueAt: beginsAt,
    resumes: { incidentId, run, instance },
  });
  if (left.type === 'failed')
    return { outcome: { type: 'failed', reason: `it cannot be put off: ${left.reason}` }, requests: {} };
  const handed = await deps.incidents.handOver(lease, { run, open: [], begunAt: beginsAt });
  if (handed === 'lost')
    return { outcome: { type: 'interrupted', reason: 'another run has taken over' }, requests: {} };
  note({ type: 'put-off', at: deps.clock.now(), text: `until ${beginsAt.toISOString()}` });
  return {
    outcome: { type: 'continued', reason: `put off until ${beginsAt.toISOString()}` },
    requests: {},
  };
}

/**
 * Leaves word to take the cordon of a rebalance back, in case no interruption follows: before the node is touched, so
 * that a run that dies leaves it too. An interruption outranks that word; without our cordon it finds nothing to undo.
 */
async function leaveExpiry(
  { deps, earlier, note, notice, offered }: Chapter,
  { cordon, drain }: Response,
  lease: Lease | undefined,
): Promise<void> {
  const { longestDrainMinutes, rebalanceCordonMinutes: minutes } = deps.choices;
  const isFirst = lease && !offered && earlier.run === 0;
  if (!isFirst || !cordon || minutes === 0 || notice.kind !== 'rebalance-recommendation') return;
  const after = minutes + (drain ? longestDrainMinutes : 0);
  const left = await deps.continuations.leave({
    interruption: { ...notice, cancelled: true },
    dueAt: new Date(notice.noticedAt.getTime() + after * 60_000),
  });
  if (left.type === 'failed') note({ type: 'unwatched', at: deps.clock.now(), text: left.reason });
}

/** Auto Scaling replaces the root volume when the last hook is answered, and tells nobody when it is done. */
const NEW_ROOT_VOLUME_MS = 15 * 60_000;

/**
 * Leaves word to take the cordon back from an instance that stays, with a new root volume. As if it had been noticed now:
 * what is noticed until then outranks it.
 */
export async function leaveReturn({ deps, note, notice }: Chapter): Promise<void> {
  const { deadline: _deadline, hook: _hook, ...facts } = notice;
  const now = deps.clock.now();
  const left = await deps.continuations.leave({
    interruption: {
      ...facts,
      kind: 'instance-state-change',
      severity: 'soft',
      action: 'unknown',
      noticedAt: now,
      cancelled: true,
    },
    dueAt: new Date(now.getTime() + NEW_ROOT_VOLUME_MS),
  });
  if (left.type === 'failed') note({ type: 'unwatched', at: now, text: left.reason });
}
