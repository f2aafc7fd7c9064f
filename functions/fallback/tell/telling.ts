import type { Detail } from '../../announce/schema.ts';
import type { Decided } from '../decide.ts';
import type { Decision, Refusal } from '../decision.ts';
import type { FailureKind } from '../failure.ts';
import type { PoolRecord } from '../ledger/record.ts';
import type { PoolReading } from '../world/pool-world.ts';
import { sayReason, type Unit } from './words.ts';

/** What people should know of a decision, against what they know already. */
export interface Telling {
  /** Goes into the record: the decision as people will know it. */
  readonly told: string;
  readonly episode?: string;
  /** Absent when there is nothing new. */
  readonly event?: Detail<'Fallback Decided'>;
}

/**
 * A decision is told when it differs from the last one. That all is covered, or held, is no news; that the shortage is over
 * is, once.
 */
export function tellDecision(
  reading: PoolReading,
  decided: Decided,
  record: PoolRecord,
  refused: readonly Refused[],
): Telling {
  const { decision } = decided;
  const isOver =
    decision.action === 'keep' && decision.reason === 'enough-spot' && decided.shortage.shortGpus === 0;
  const event = toEvent(reading, decided, record, refused);
  if (isOver) return record.episode ? { told: 'over', event } : { told: 'over' };
  const episode = event.episode;
  if (decision.action === 'keep' && refused.length === 0) return { told: 'keep', episode };
  const told = digest(event);
  return told === record.told ? { told, episode } : { told, episode, event };
}

/** What AWS did not do when it was asked, in its own words. */
export interface Refused {
  readonly group: string;
  readonly reason: string;
  /** Of a launch that AWS answered at once. */
  readonly kind?: FailureKind;
  /** Nothing is launched in the whole pool until somebody has mended it. */
  readonly stopsPool?: true;
}

export function unitOf({ definition }: PoolReading): Unit {
  return definition.countsGpus ? 'GPU' : 'node';
}

function toEvent(
  reading: PoolReading,
  decided: Decided,
  record: PoolRecord,
  refused: readonly Refused[],
): Detail<'Fallback Decided'> {
  const { definition, now, state } = reading;
  const { decision } = decided;
  const launches = decision.action === 'scale-out' ? decision.launches : [];
  return {
    account: definition.account,
    region: reading.region,
    cluster: definition.cluster,
    pool: definition.name,
    episode: record.episode ?? `${definition.key}/${Math.floor(now.getTime() / 1000)}`,
    revision: record.revision + 1,
    decidedAt: now,
    action: actionOf(decision),
    reason: sayReason(decided, state, unitOf(reading)),
    shortGpus: shortAfter(decided),
    fallbackNodes: state.fallbacks.reduce((sum, { nodes }) => sum + nodes.length, 0),
    ...dollarsAfter(reading, launches),
    launches: [...launches],
    refusals: [
      ...refusalsOf(decision),
      ...refused.map(({ group, reason }) => ({ reason: 'AWS', group, remedy: reason })),
    ],
    nodes: nodesOf(decision),
    incidents: [...reading.incidents],
  };
}

function actionOf(decision: Decision): Detail<'Fallback Decided'>['action'] {
  if (decision.action !== 'return') return decision.action;
  if (decision.restore.length > 0) return 'restore';
  return decision.terminate.length > 0 ? 'terminate' : 'release';
}

function nodesOf(decision: Decision): string[] {
  if (decision.action !== 'return') return [];
  if (decision.restore.length > 0) return decision.restore.map(({ node }) => node);
  return decision.terminate.length > 0 ? [...decision.terminate] : [...decision.release, ...decision.drain];
}

function refusalsOf(decision: Decision): Detail<'Fallback Decided'>['refusals'] {
  const refusals: readonly Refusal[] = 'refusals' in decision ? decision.refusals : [];
  return refusals.map((refusal) => ({
    reason: refusal.reason,
    ...('group' in refusal && { group: refusal.group }),
    ...('until' in refusal && refusal.until && { until: refusal.until }),
    ...('remedy' in refusal && refusal.remedy && { remedy: refusal.remedy }),
  }));
}

function shortAfter({ decision, shortage }: Decided): number {
  if (decision.action === 'refuse') return decision.shortGpus;
  return decision.action === 'scale-out' && decision.refusals.length > 0 ? shortage.shortGpus : 0;
}

/** What the fallback costs once the decision is carried out; absent where no price is known. */
function dollarsAfter(
  { state }: PoolReading,
  launches: readonly { readonly group: string; readonly desired: number }[],
): { readonly dollarsPerHour?: number } {
  const dollars = state.fallbacks.reduce((sum, { desired, dollarsPerNodeHour, name }) => {
    const after = launches.find(({ group }) => group === name)?.desired ?? desired;
    return sum + after * dollarsPerNodeHour;
  }, 0);
  return dollars > 0 ? { dollarsPerHour: Math.round(dollars * 100) / 100 } : {};
}

/** Without times and running numbers: what makes a decision another one. */
function digest({ action, launches, nodes, refusals }: Detail<'Fallback Decided'>): string {
  const why = refusals.map(({ group, reason }) => `${group ?? ''}:${reason}`).sort();
  return JSON.stringify([
    action,
    launches.map(({ desired, group }) => `${group}=${desired}`),
    nodes.toSorted(),
    why,
  ]);
}
