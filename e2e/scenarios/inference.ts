import type { PlannedWorkload } from '../../controlplane/fleet/plan.ts';
import type { SceneNode } from './scenario.ts';

/** Six pods, of which the first of three nodes carries three. */
export function inference(namespace: string): readonly PlannedWorkload[] {
  return [
    {
      kind: 'Deployment',
      namespace,
      name: 'llm',
      on: [0, 0, 1, 2],
      gpus: 1,
      stopsAfterSeconds: 2,
      budget: { maxUnavailable: 1 },
    },
    { kind: 'Deployment', namespace, name: 'gateway', on: [0, 1], stopsAfterSeconds: 1 },
  ];
}

export const INFERENCE_PODS = 6;

/** The node that events name; the others stay. */
export function firstOf(nodes: readonly SceneNode[]): SceneNode {
  const [first] = nodes;
  if (first) return first;
  throw new Error('the fleet has no node');
}
