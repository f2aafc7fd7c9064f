import type { Workload } from '../fleet.ts';
import { programOf } from './training.ts';

export function isClusterAutoscaler({ template }: Workload): boolean {
  return template.spec.containers.some((container) => /\bcluster-autoscaler\b/.test(programOf(container)));
}

/** Its flags, as they stand in the command and the arguments. */
export function flagsOf({ template }: Workload): readonly string[] {
  return template.spec.containers.flatMap(({ args = [], command = [] }) => [...command, ...args]);
}
