import type { Workload } from '../fleet.ts';

/** Pods that are sure to be there: what an autoscaler may go down to, else what is asked for. */
export function fewestPods({ autoscaled, pods }: Workload): number {
  return autoscaled ? autoscaled.fewest : pods;
}

/** A service that runs at all. Scaled to nothing, it has nothing to lose. */
export function isRunningService(workload: Workload): boolean {
  return workload.runs === 'service' && workload.pods > 0;
}
