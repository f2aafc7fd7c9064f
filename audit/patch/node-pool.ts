import type { NodeGroup } from '../fleet.ts';
import type { Requirement } from '../objects.ts';
import type { Change } from '../rule.ts';

/** One requirement of a Karpenter NodePool replaced, in its place. */
export function requireInstead(group: NodeGroup, requirement: Requirement): Change {
  return { type: 'requirement', group, key: requirement.key, instead: requirement };
}

export function requireNoMore(group: NodeGroup, key: string): Change {
  return { type: 'requirement', group, key };
}
