import type { Ask, Memory } from './memory.ts';
import type { PoolState } from './pool.ts';
import { countGpus } from './release.ts';
import type { Shortage } from './shortage.ts';
import { sumGpus } from './shortage.ts';

/**
 * How many spot GPUs to ask the market for. While the fallback holds the place of a shortage, buying the same GPUs on spot
 * would pay twice for them, so only one node more than what runs is asked for: it tells when spot is back, and its loss
 * that it is not. When the hold is over all are asked for, and the fallback stays until they are Ready.
 * Never less than what runs, so that no running node is taken away.
 */
export function askForSpot(
  { pool, spot, fallbacks }: PoolState,
  { wantedGpus }: Shortage,
  keepGpus: number,
  memory: Memory['ask'],
  now: Date,
): Ask | undefined {
  if (!pool.asksForSpot) return undefined;
  const held = Math.min(keepGpus, countGpus(fallbacks));
  const running = spot.readyGpus + sumGpus(spot.launching) + sumGpus(spot.doomed);
  const gpus =
    held > 0 ? Math.max(running, Math.min(wantedGpus, wantedGpus - held + spot.gpusPerNode)) : wantedGpus;
  if (memory?.gpus === gpus) return memory;
  return { gpus, since: now, before: memory?.gpus ?? wantedGpus };
}
