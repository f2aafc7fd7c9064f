import { secondsBetween } from '../clock.ts';
import type { Decision } from './decision.ts';
import type { Ask, Memory, ProbeMemory } from './memory.ts';
import type { Placeholders, PoolState, SpotSide } from './pool.ts';

/** How many placeholders there should be, and why not more. */
export interface Probe {
  readonly replicas: number;
  /** Spot was not to be had: the autoscaler is left alone until then. */
  readonly pausedUntil?: Date;
  readonly memory?: ProbeMemory;
}

/**
 * Finds out whether spot is back where an autoscaler sets the spot group's size. It follows waiting pods, and while the fallback
 * works none wait: so placeholders wait, one for each spot node that `ask` wants beyond those that pods use. A launch
 * that fails ends the attempt; the next comes after 15 minutes, then 30, up to two hours. What runs stays: it keeps the autoscaler
 * from returning the node before the fallback's pods have moved to it.
 */
export function planProbe(
  { fallbacks, spot }: PoolState,
  ask: Ask | undefined,
  decision: Decision,
  memory: Memory['probe'],
  now: Date,
): Probe | undefined {
  const { placeholders } = spot;
  if (!placeholders) return undefined;
  if (!ask || fallbacks.every(({ nodes }) => nodes.length === 0)) return { replicas: 0 };
  const needed = countNeeded(spot.gpusPerNode, placeholders, ask, moving(fallbacks, decision));
  const next = judge(spot, placeholders, memory ?? pause(FIRST_MINUTES, now), now);
  const { pausedUntil, minutes } = next;
  if (pausedUntil && now < pausedUntil) {
    const replicas = Math.min(needed, placeholders.running);
    return { replicas, pausedUntil, memory: { pausedUntil, minutes } };
  }
  const asksMore = needed > Math.max(placeholders.replicas, placeholders.running);
  const since = asksMore ? now : next.since;
  return { replicas: needed, memory: { minutes, ...(since && { since }) } };
}

const FIRST_MINUTES = 15;
const LONGEST_MINUTES = 120;
/** An autoscaler that has brought nothing by then will not. */
const PATIENCE_SECONDS = 10 * 60;

function judge(
  { lastFailure, lastLaunchAt }: SpotSide,
  { replicas, running }: Placeholders,
  memory: ProbeMemory,
  now: Date,
): ProbeMemory {
  const { minutes, since } = memory;
  if (!since) return memory;
  if (replicas > 0 && running >= replicas) return { minutes: FIRST_MINUTES };
  const failed =
    lastFailure !== undefined && lastFailure.at >= since && !(lastLaunchAt && lastLaunchAt > lastFailure.at);
  const isOver = failed || secondsBetween(since, now) >= PATIENCE_SECONDS;
  return isOver ? pause(minutes, now) : memory;
}

/** The pause after this one is twice as long. */
function pause(minutes: number, now: Date): ProbeMemory {
  return {
    pausedUntil: new Date(now.getTime() + minutes * 60_000),
    minutes: Math.min(LONGEST_MINUTES, minutes * 2),
  };
}

function countNeeded(
  gpusPerNode: number,
  { nodesInUse }: Placeholders,
  ask: Ask,
  movingGpus: number,
): number {
  // Pods on their way back make room for themselves: they need the placeholders' nodes, not nodes beside them.
  const taken = nodesInUse + Math.ceil(movingGpus / gpusPerNode);
  return Math.max(0, Math.ceil(ask.gpus / gpusPerNode) - taken);
}

/** GPUs of the fallback nodes that are being emptied. */
function moving(fallbacks: PoolState['fallbacks'], decision: Decision): number {
  if (decision.action !== 'return') return 0;
  const names = new Set([...decision.release, ...decision.drain]);
  return fallbacks.reduce(
    (sum, { gpusPerNode, nodes }) => sum + nodes.filter(({ name }) => names.has(name)).length * gpusPerNode,
    0,
  );
}
