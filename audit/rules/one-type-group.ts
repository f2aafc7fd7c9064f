import { gpusOfType } from '../../functions/instance-types/gpus.ts';
import type { NodeGroup } from '../fleet.ts';
import { requireInstead } from '../patch/node-pool.ts';
import type { Change, Patch, Rule } from '../rule.ts';

const TYPE = 'node.kubernetes.io/instance-type';

export const oneTypeGroup: Rule = {
  id: 'one-type-group',
  severity: 'warning',
  verdict: 'change',
  title: 'a spot group with one instance type',
  explanation:
    'Each type in each zone is a pool of its own, which runs dry on its own. A group of one type has as many chances as zones; every ' +
    'type that does as well adds as many again. The patch adds the next size of the family where it has the same GPUs: more ' +
    'CPU than needed costs less than no node. Of a group known by its nodes only, three or more of one type are taken as a sign.',
  needs: [],
  find: ({ groups }) =>
    groups
      .filter(({ buysSpot, types }) => buysSpot && types?.length === 1)
      .map((group) => {
        const [type = ''] = group.types ?? [];
        const seen =
          group.kind === 'observed' ? `all its ${group.nodes?.length} nodes are` : 'it buys nothing but';
        return {
          about: group,
          why: `${seen} ${type}: when that runs short, nothing takes its place`,
          patch: widen(group, type),
        };
      }),
};

function widen(group: NodeGroup, type: string): Change | Patch {
  const more = nextSize(type);
  if (group.kind === 'karpenter' && more !== undefined)
    return requireInstead(group, { key: TYPE, operator: 'In', values: [type, more] });
  const types = more === undefined ? `${type} and others with the same GPUs` : `[${type}, ${more}]`;
  const name = group.ref.name.split('/').at(-1);
  return {
    type: 'advice',
    text:
      group.ref.kind === 'NodeGroup'
        ? `Make node group ${name} anew with several types, such as ${types}: types of a managed group cannot be changed.`
        : `In group ${name} set instanceTypes: ${types}`,
  };
}

const SIZES = ['large', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '16xlarge'];
/** Families without GPUs that have all those sizes. */
const PLAIN = /^[cmr]\d\w*$/;

/** The next size of the family that has as many GPUs. */
function nextSize(type: string): string | undefined {
  const [family = '', size = ''] = type.split('.');
  const at = SIZES.indexOf(size);
  const next = SIZES[at + 1];
  if (at === -1 || next === undefined) return undefined;
  const [own, bigger] = [gpusOfType(type), gpusOfType(`${family}.${next}`)];
  if (typeof own === 'string' || typeof bigger === 'string')
    return own === 'none' && PLAIN.test(family) ? `${family}.${next}` : undefined;
  return own.count === bigger.count ? `${family}.${next}` : undefined;
}
