import { secondsBetween } from '../clock.ts';
import type { Decision, FallbackGroup, FallbackNode, Memory, PoolState } from './pool.ts';

/** Goes on with the drain under way, or starts the next: one node, or one gang, at a time. */
export function planRelease(state: PoolState, keepGpus: number, memory: Memory, now: Date): Decision {
  const surplus = countGpus(state.fallbacks) - keepGpus;
  const draining = unitsOf(state.fallbacks).filter((unit) => unit.nodes.some((node) => node.drain));
  const [current] = draining;
  if (current) return continueDrain(current, surplus, now);
  if (countGpus(state.fallbacks) === 0) return { action: 'keep', reason: 'enough-spot' };
  if (surplus <= 0) return { action: 'keep', reason: 'holding' };
  const notice = state.spot.lastNoticeAt;
  if (notice && secondsBetween(notice, now) < QUIET_SECONDS)
    return { action: 'keep', reason: 'recent-notice' };
  const next = pickUnit(state.fallbacks, surplus, memory.restingUntil, now);
  if (!next) return { action: 'keep', reason: 'nothing-releasable' };
  return {
    action: 'release',
    nodes: names(next),
    reason: `spot covers ${surplus} GPUs more than the hold keeps`,
  };
}

/** After a drain that timed out, its nodes rest for an hour. */
export function rememberRest(
  resting: Memory['restingUntil'],
  decision: Decision,
  now: Date,
): Memory['restingUntil'] {
  const still = Object.entries(resting).filter(([, until]) => until > now);
  if (decision.action !== 'restore' || decision.reason !== 'drain-timed-out')
    return Object.fromEntries(still);
  const until = new Date(now.getTime() + REST_SECONDS * 1000);
  return Object.fromEntries([...still, ...decision.nodes.map((name) => [name, until] as const)]);
}

const QUIET_SECONDS = 15 * 60;
const REST_SECONDS = 60 * 60;
const DRAIN_SECONDS = 15 * 60;

/** Nodes that leave together. */
interface Unit {
  readonly nodes: readonly FallbackNode[];
  readonly gpus: number;
  readonly priority: number;
}

function continueDrain(unit: Unit, surplus: number, now: Date): Decision {
  const nodes = names(unit);
  if (surplus < unit.gpus) return { action: 'restore', nodes, reason: 'needed-again' };
  if (unit.nodes.some((node) => node.doNotDisrupt))
    return { action: 'restore', nodes, reason: 'do-not-disrupt' };
  if (unit.nodes.every((node) => node.drain?.podsLeft === 0)) return { action: 'terminate', nodes };
  const timedOut = unit.nodes.some(
    (node) => node.drain && secondsBetween(node.drain.since, now) >= DRAIN_SECONDS,
  );
  return timedOut
    ? { action: 'restore', nodes, reason: 'drain-timed-out' }
    : { action: 'keep', reason: 'draining' };
}

/** The last group to be asked is the first to leave, and in it the youngest node. */
function pickUnit(
  groups: readonly FallbackGroup[],
  surplus: number,
  restingUntil: Memory['restingUntil'],
  now: Date,
): Unit | undefined {
  return unitsOf(groups)
    .filter((unit) => unit.gpus <= surplus)
    .filter((unit) =>
      unit.nodes.every((node) => !node.doNotDisrupt && !isResting(restingUntil[node.name], now)),
    )
    .sort((a, b) => b.priority - a.priority || newest(b) - newest(a))[0];
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

function isResting(until: Date | undefined, now: Date): boolean {
  return until !== undefined && now < until;
}

function newest(unit: Unit): number {
  return Math.max(...unit.nodes.map((node) => node.launchedAt.getTime()));
}

function names(unit: Unit): string[] {
  return unit.nodes.map((node) => node.name);
}

function countGpus(groups: readonly FallbackGroup[]): number {
  return groups.reduce((sum, group) => sum + group.nodes.length * group.gpusPerNode, 0);
}
