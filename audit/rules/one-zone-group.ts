import { requireNoMore } from '../patch/node-pool.ts';
import type { Rule } from '../rule.ts';

const ZONE = 'topology.kubernetes.io/zone';

export const oneZoneGroup: Rule = {
  id: 'one-zone-group',
  severity: 'warning',
  verdict: 'change',
  title: 'a spot group in one zone',
  explanation:
    'Spot capacity is counted by zone. A group in one zone loses all its nodes together, and finds none while the zone next to it ' +
    'has plenty. The patch lifts the limit; where a volume or a placement group wants one zone, say so by a suppression. Of a ' +
    'group known by its nodes only, three or more in one zone are taken as a sign.',
  needs: [],
  find: ({ groups }) =>
    groups
      .filter(({ buysSpot, zones }) => buysSpot && zones?.length === 1)
      .map((group) => {
        const [zone = ''] = group.zones ?? [];
        const name = group.ref.name.split('/').at(-1);
        const text =
          group.ref.kind === 'NodeGroup'
            ? `Make node group ${name} anew with subnets of every zone: those of a managed group cannot be changed.`
            : `In group ${name} set availabilityZones to all zones of the cluster, or leave it out.`;
        return {
          about: group,
          why: `it has ${zone} only: an interruption there takes all of it`,
          patch: group.kind === 'karpenter' ? requireNoMore(group, ZONE) : { type: 'advice', text },
        };
      }),
};
