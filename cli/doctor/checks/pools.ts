import { definePools } from '../../../functions/fallback/define/define-pools.ts';
import type { FallbackDefinition } from '../../../functions/fallback/define/pool-definition.ts';
import { awsGroups } from '../../../functions/fallback/groups/aws-groups.ts';
import type { Check, Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';

/** Fallback pools are found by their tags, and the tags make sense. */
export const poolsCheck: Check<Patient> = {
  name: 'fallback pools',
  look: async ({ aws, clock }): Promise<Finding[]> => {
    const groups = awsGroups({
      ...aws,
      autoScalingOnce: aws.autoScaling,
      clock,
      random: Math.random,
    });
    const listed = await groups.listGroups();
    const types = await groups.describeTypes(listed.flatMap(({ instanceTypes }) => instanceTypes));
    const { broken, pools } = definePools(listed, types);
    if (pools.length + broken.length === 0)
      return [{ type: 'ok', about: 'pools', detail: 'none tagged: there is no on-demand fallback' }];
    return [
      ...pools.map(({ fallbacks, key, spot }): Finding => {
        const detail = `${spot.length} spot and ${fallbacks.length} fallback groups${sayRival(fallbacks)}`;
        return { type: 'ok', about: `pool ${key}`, detail };
      }),
      ...broken.map(({ key, name, problems }): Finding => {
        const remedy = `mend the tags; spot-responder fallback explain ${name} --dry-run shows the pool`;
        return { type: 'wrong', about: `pool ${key}`, problem: problems.join('; '), remedy };
      }),
    ];
  },
};

/** EKS gives it to the Auto Scaling group of every managed node group, the fallback's too. */
const DISCOVERY_KEY = 'k8s.io/cluster-autoscaler/enabled';

/** Whether Cluster Autoscaler runs is for the audit to see; where it does, the two would undo each other. */
function sayRival(fallbacks: readonly FallbackDefinition[]): string {
  const found = fallbacks.filter(({ group }) => DISCOVERY_KEY in group.tags);
  const commands = found.map(
    ({ group }) =>
      `aws autoscaling delete-tags --tags ResourceId=${group.name},ResourceType=auto-scaling-group,Key=${DISCOVERY_KEY}`,
  );
  if (commands.length === 0) return '';
  return `; where Cluster Autoscaler runs, take the fallback away from it: ${commands.join('; ')}`;
}
