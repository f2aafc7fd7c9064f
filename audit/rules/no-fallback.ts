import { TAG } from '../../functions/fallback/define/tags.ts';
import { POOL_KEY } from '../../functions/locate/owner.ts';
import type { NodeGroup } from '../fleet.ts';
import { requireInstead } from '../patch/node-pool.ts';
import type { Change, Patch, Rule } from '../rule.ts';

const CAPACITY = 'karpenter.sh/capacity-type';

export const noFallback: Rule = {
  id: 'no-fallback',
  severity: 'warning',
  verdict: 'change',
  title: 'a spot group that no on-demand capacity stands in for',
  explanation:
    'While spot is short, pods of a group without a fallback wait, for hours at times. A node group gets one by the tags of a pool ' +
    '(docs/fallback.md); a Karpenter NodePool by allowing on-demand too, which it buys when no spot is to be had. The patch does ' +
    'that. Groups that only their nodes tell of are not judged, because a fallback without nodes is not seen there: with --cluster AWS is asked.',
  needs: ['nodepools'],
  find: ({ groups }) =>
    groups
      .filter((group) => group.kind !== 'observed' && group.buysSpot && !group.buysOnDemand)
      .filter((group) => !groups.some((other) => standsIn(other, group)))
      .map((group) => ({
        about: group,
        why: 'it buys spot only, and no on-demand group stands in while spot is short',
        patch: patchFor(group),
      })),
};

function standsIn(other: NodeGroup, group: NodeGroup): boolean {
  if (other === group || !other.buysOnDemand) return false;
  if (group.kind === 'karpenter') return other.kind === 'karpenter';
  return other.isFallback && other.pool !== undefined && other.pool === group.pool;
}

function patchFor(group: NodeGroup): Change | Patch {
  if (group.kind === 'karpenter')
    return requireInstead(group, { key: CAPACITY, operator: 'In', values: ['spot', 'on-demand'] });
  const name = group.ref.name.split('/').at(-1) ?? '';
  const pool = group.pool ?? name;
  const text =
    `Tag group ${name} ${POOL_KEY}: ${pool} and ${TAG.role}: spot, and add an on-demand group of the same kind of node ` +
    `with desired capacity 0, tagged ${POOL_KEY}: ${pool} and ${TAG.role}: fallback.`;
  return { type: 'advice', text };
}
