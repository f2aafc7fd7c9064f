import { isDeepStrictEqual } from 'node:util';
import type { Detail } from '../../announce/schema.ts';
import { breakAfter } from '../breaker.ts';
import { decide } from '../decide.ts';
import type { PoolLease } from '../ledger/desk.ts';
import type { Settlement } from '../ledger/ledger.ts';
import type { PoolRecord } from '../ledger/record.ts';
import type { Memory } from '../memory.ts';
import { type Refused, type Telling, tellDecision } from '../tell/telling.ts';
import type { PoolReading } from '../world/pool-world.ts';
import { carryOut, terminable } from './carry-out.ts';
import type { FallbackDeps } from './deps.ts';
import { intendLaunches } from './launch-into.ts';
import type { Run } from './run.ts';
import { placeholdersToSet } from './scale-placeholders.ts';
import { spotSizeToSet } from './spot-size.ts';

export type PoolEnd =
  /** Nothing to do, to tell or to remember. */
  | 'quiet'
  | 'acted'
  /** Another run acts on it, or has since we looked; or no time was left. */
  | 'left'
  /** Our lease was lost on the way. */
  | 'lost';

/**
 * Decides for one pool and does it, alone: the lease is taken only if nobody has acted since the world was looked at. Intents are
 * written before the act and the memory after it, so a crash anywhere leaves a pool that the next run reads as it is.
 */
export async function reconcilePool(
  deps: FallbackDeps,
  reading: PoolReading,
  record: PoolRecord,
  lookedAt: Date,
  until: Date,
): Promise<PoolEnd> {
  const decided = decide(reading.state, record.memory, reading.now);
  const { decision, memory } = decided;
  const telling = tellDecision(reading, decided, record, []);
  const acts =
    decision.action === 'scale-out' ||
    decision.action === 'return' ||
    spotSizeToSet(reading, decided) ||
    placeholdersToSet(reading, decided);
  const remembers = !isDeepStrictEqual(memory, record.memory) || telling.told !== (record.told ?? 'over');
  if (!acts && !remembers && !telling.event) return 'quiet';
  const intent = {
    terminations: noteTerminations(reading, decided.decision, record),
    launches: decision.action === 'scale-out' ? intendLaunches(reading, decision.launches, record) : {},
  };
  const lease = await deps.ledger.take(record, intent, lookedAt);
  if (!lease) return 'left';
  const run: Run = { deps, reading, decided, record: { ...record, launches: intent.launches }, lease, until };
  return finish(run, intent.terminations);
}

async function finish(run: Run, terminations: PoolRecord['terminations']): Promise<PoolEnd> {
  const { deps, decided, lease, reading, record } = run;
  const settlement = (memory: Settlement['memory'], telling: Telling): Settlement => ({
    revision: record.revision + (telling.event ? 1 : 0),
    ...(telling.told !== 'over' && telling.episode && { episode: telling.episode }),
    told: telling.told,
    memory,
    terminations,
    launches: record.launches,
  });
  let refused: readonly Refused[];
  try {
    refused = await carryOut(run);
  } catch (error) {
    // As if it had not been decided: the next run sees what came of it.
    const { episode, told = 'over' } = record;
    await deps.ledger.settle(lease, settlement(record.memory, { told, ...(episode && { episode }) }));
    throw error;
  }
  // Who was frozen past the lease has done nothing, and has nothing to tell.
  if (deps.clock.now() >= lease.until) return 'lost';
  const telling = tellDecision(reading, decided, record, refused);
  if (telling.event) await tell(deps, lease, telling.event);
  const settled = await deps.ledger.settle(
    lease,
    settlement(noteFailures(decided.memory, refused, deps.clock.now()), telling),
  );
  return settled === 'lost' ? 'lost' : 'acted';
}

/** The next group is asked by the next run. */
function noteFailures(memory: Memory, refused: readonly Refused[], now: Date): Memory {
  const opened = refused.flatMap(({ group, kind, reason, stopsPool }) => {
    if (!kind) return [];
    const breaker = breakAfter(memory.breakers[group], kind, now);
    return [[group, stopsPool ? { ...breaker, stopsPool: reason } : breaker] as const];
  });
  return { ...memory, breakers: { ...memory.breakers, ...Object.fromEntries(opened) } };
}

async function tell(deps: FallbackDeps, lease: PoolLease, event: Detail<'Fallback Decided'>): Promise<void> {
  deps.log.info('Fallback decided', {
    pool: lease.key,
    action: event.action,
    reason: event.reason,
    revision: event.revision,
  });
  await deps.ledger.record(lease, event.decidedAt, event);
  const answer = await deps.announcer.announce({
    detailType: 'Fallback Decided',
    detail: event,
    time: event.decidedAt,
  });
  if (answer.type === 'failed')
    deps.log.warn('Fallback decision not announced', { pool: lease.key, reason: answer.reason });
}

/** Those that are still members, and those to be asked for now. */
function noteTerminations(
  reading: PoolReading,
  decision: Parameters<typeof terminable>[1],
  record: PoolRecord,
): PoolRecord['terminations'] {
  const members = new Set<string>(reading.members.map(({ instanceId }) => instanceId));
  const known = Object.entries(record.terminations).filter(([instanceId]) => members.has(instanceId));
  const due = terminable(reading, decision, record, reading.now);
  return Object.fromEntries([...known, ...due.map(({ instanceId }) => [instanceId, reading.now] as const)]);
}
