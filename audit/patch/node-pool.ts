import type { NodeGroup } from '../fleet.ts';
import type { Requirement } from '../objects.ts';
import type { Patch } from '../rule.ts';

/** One requirement of a Karpenter NodePool replaced, in its place; the list is written whole, as a merge patch wants it. */
export function requireInstead(group: NodeGroup, requirement: Requirement): Patch {
  const { key } = requirement;
  return withRequirements(
    group,
    (group.requirements ?? []).map((each) => (each.key === key ? requirement : each)),
  );
}

export function requireNoMore(group: NodeGroup, key: string): Patch {
  return withRequirements(
    group,
    (group.requirements ?? []).filter((each) => each.key !== key),
  );
}

function withRequirements({ ref }: NodeGroup, requirements: readonly Requirement[]): Patch {
  return {
    type: 'patch',
    target: ref,
    as: 'merge',
    body: { spec: { template: { spec: { requirements } } } },
    anew: false,
  };
}
