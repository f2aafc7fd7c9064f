import type { Refusal } from './decision.ts';
import type { PendingPod } from './pool.ts';
import { sumGpus } from './shortage.ts';

/**
 * How many of the `demand` GPUs to launch now, of which `covered` are launched already, when there is room for `roomGpus` more:
 * pods on their own first, then gangs by name, each whole or not at all. What is covered and what is free are one budget, so a run
 * repeated while nodes boot chooses the same gangs and grants nothing twice.
 */
export function grantWholeGangs(
  pending: readonly PendingPod[],
  demand: number,
  covered: number,
  roomGpus: number,
): Grant {
  if (demand - covered <= roomGpus) return { gpus: demand - covered, refusals: [] };
  const gangs = sizeGangs(pending);
  const gangGpus = sumGpus(gangs);
  const provided = Math.max(0, gangGpus - demand) + covered;
  let left = provided + roomGpus;
  left -= Math.min(left, Math.max(0, demand - gangGpus));
  const refusals: Refusal[] = [];
  for (const { gang, gpus } of gangs) {
    if (gpus <= left) left -= gpus;
    else refusals.push({ reason: 'gang-too-large', gang, gangGpus: gpus, roomGpus: left });
  }
  return { gpus: Math.max(0, roomGpus - left), refusals };
}

interface Grant {
  readonly gpus: number;
  readonly refusals: readonly Refusal[];
}

function sizeGangs(pending: readonly PendingPod[]): { gang: string; gpus: number }[] {
  const sizes = new Map<string, number>();
  for (const { gang, gpus } of pending) {
    if (gang !== undefined) sizes.set(gang, (sizes.get(gang) ?? 0) + gpus);
  }
  return [...sizes].map(([gang, gpus]) => ({ gang, gpus })).sort((a, b) => (a.gang < b.gang ? -1 : 1));
}
