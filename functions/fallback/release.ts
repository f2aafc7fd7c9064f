import { secondsBetween } from '../clock.ts';
import type { Decision, Restore } from './decision.ts';
import type { Memory } from './memory.ts';
import type { FallbackGroup, FallbackNode, PoolState } from './pool.ts';

/** Goes on with the drains under way, undoes those that have become wrong, and starts more while there is a surplus. */
export function planRelease(state: PoolState, keepGpus: number, memory: Memory, now: Date): Decision {
  const { fallbacks, pool } = state;
  const units = unitsOf(fallbacks);
  if (units.length === 0) return { action: 'keep', reason: 'enough-spot' };
  const surplus = countGpus(fallbacks) - keepGpus;
  const draining = judgeDrains(units.filter(isDraining), surplus, now);
  const left = surplus - gpusOf(draining.kept);
  const slots = pool.stepNodes - nodesOf(draining.kept).length;
  const release = pickUnits(units, left, slots, memory.restingUntil, now);
  if (draining.kept.length + draining.restore.length + release.length > 0) {
    const empty = draining.kept.filter(isEmpty);
    const full = draining.kept.filter((unit) => !isEmpty(unit));
    return {
      action: 'return',
      restore: draining.restore,
      terminate: names(empty),
      drain: names(full),
      release: names(release),
    };
  }
  return { action: 'keep', reason: surplus > 0 ? 'nothing-releasable' : 'holding' };
}

/** After a drain that timed out, its nodes rest for an hour. */
export function rememberRest(
  resting: Memory['restingUntil'],
  decision: Decision,
  now: Date,
): Memory['restingUntil'] {
  const still = Object.entries(resting).filter(([, until]) => until > now);
  if (decision.action !== 'return') return Object.fromEntries(still);
  const until = new Date(now.getTime() + REST_SECONDS * 1000);
  const timedOut = decision.restore.filter(({ reason }) => reason === 'drain-timed-out');
  return Object.fromEntries([...still, ...timedOut.map(({ node }) => [node, until] as const)]);
}

const REST_SECONDS = 60 * 60;
const DRAIN_SECONDS = 15 * 60;

/** Nodes that leave together. */
interface Unit {
  readonly nodes: readonly FallbackNode[];
  readonly gpus: number;
  readonly priority: number;
}

interface JudgedDrains {
  readonly kept: readonly Unit[];
  readonly restore: readonly Restore[];
}

/** The drains that have come furthest are the last to be undone. */
function judgeDrains(draining: readonly Unit[], surplus: number, now: Date): JudgedDrains {
  const kept: Unit[] = [];
  const restore: Restore[] = [];
  let left = surplus;
  for (const unit of draining.toSorted((a, b) => podsLeft(a) - podsLeft(b))) {
    const reason = whyRestore(unit, left, now);
    if (reason)
      restore.push(...unit.nodes.filter((node) => node.drain).map(({ name: node }) => ({ node, reason })));
    else {
      kept.push(unit);
      left -= unit.gpus;
    }
  }
  return { kept, restore };
}

function whyRestore(unit: Unit, surplus: number, now: Date): Restore['reason'] | undefined {
  if (surplus < unit.gpus) return 'needed-again';
  if (unit.nodes.some((node) => node.doNotDisrupt)) return 'do-not-disrupt';
  if (isEmpty(unit)) return undefined;
  const timedOut = unit.nodes.some(({ drain }) => drain && secondsBetween(drain.since, now) >= DRAIN_SECONDS);
  return timedOut ? 'drain-timed-out' : undefined;
}

/** The last group to be asked is the first to leave, and in it the youngest node. */
function pickUnits(
  units: readonly Unit[],
  surplus: number,
  slots: number,
  restingUntil: Memory['restingUntil'],
  now: Date,
): readonly Unit[] {
  const ready = units
    .filter((unit) => !isDraining(unit))
    .filter((unit) =>
      unit.nodes.every((node) => !node.doNotDisrupt && !isResting(restingUntil[node.name], now)),
    )
    .sort((a, b) => b.priority - a.priority || newest(b) - newest(a));
  const picked: Unit[] = [];
  let [gpusLeft, slotsLeft] = [surplus, slots];
  for (const unit of ready) {
    // A gang may be larger than the pace: it leaves alone.
    const fits = unit.nodes.length <= slotsLeft || (picked.length === 0 && slotsLeft === slots && slots > 0);
    if (unit.gpus > gpusLeft || !fits) continue;
    picked.push(unit);
    gpusLeft -= unit.gpus;
    slotsLeft -= unit.nodes.length;
  }
  return picked;
}

function unitsOf(groups: readonly FallbackGroup[]): Unit[] {
  const members = groups.flatMap((group) => group.nodes.map((node) => ({ group, node })));
  const units = Map.groupBy(members, ({ node }) => (node.gang ? `gang ${node.gang}` : `node ${node.name}`));
  return [...units.values()].map((unit) => ({
    nodes: unit.map(({ node }) => node),
    gpus: unit.reduce((sum, { group }) => sum + group.gpusPerNode, 0),
    priority: Math.max(...unit.map(({ group }) => group.priority)),
  }));
}

function isDraining(unit: Unit): boolean {
  return unit.nodes.some((node) => node.drain);
}

function isEmpty(unit: Unit): boolean {
  return unit.nodes.every((node) => node.drain?.podsLeft === 0);
}

function podsLeft(unit: Unit): number {
  return unit.nodes.reduce((sum, { drain }) => sum + (drain?.podsLeft ?? 0), 0);
}

function isResting(until: Date | undefined, now: Date): boolean {
  return until !== undefined && now < until;
}

function newest(unit: Unit): number {
  return Math.max(...unit.nodes.map((node) => node.launchedAt.getTime()));
}

function nodesOf(units: readonly Unit[]): readonly FallbackNode[] {
  return units.flatMap((unit) => unit.nodes);
}

function names(units: readonly Unit[]): string[] {
  return nodesOf(units).map((node) => node.name);
}

function gpusOf(units: readonly Unit[]): number {
  return units.reduce((sum, unit) => sum + unit.gpus, 0);
}

/** GPUs of the nodes that exist, booting ones too. */
export function countGpus(groups: readonly FallbackGroup[]): number {
  return groups.reduce((sum, group) => sum + group.nodes.length * group.gpusPerNode, 0);
}
