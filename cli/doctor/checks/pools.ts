import { definePools } from '../../../functions/fallback/define/define-pools.ts';
import type { FallbackDefinition } from '../../../functions/fallback/define/pool-definition.ts';
import { awsGroups } from '../../../functions/fallback/groups/aws-groups.ts';
import type { Check, Finding } from '../finding.ts';
import type { Patient, Place } from '../patient.ts';

/** Fallback pools are found by their tags, and the tags make sense, in every region that is served. */
export const poolsCheck: Check<Patient> = {
  name: 'fallback pools',
  look: async (patient): Promise<Finding[]> => {
    const findings = await Promise.all(patient.places.map((place) => lookAt(patient, place)));
    if (findings.flat().length > 0) return findings.flat();
    return [{ type: 'ok', about: 'pools', detail: 'none tagged: there is no on-demand fallback' }];
  },
};

async function lookAt({ clock, region: home }: Patient, place: Place): Promise<readonly Finding[]> {
  const { region } = place;
  const groups = awsGroups({
    ...place,
    autoScalingOnce: place.autoScaling,
    clock,
    random: Math.random,
  });
  const listed = await groups.listGroups();
  const types = await groups.describeTypes(listed.flatMap(({ instanceTypes }) => instanceTypes));
  const { broken, pools } = definePools(listed, types);
  const about = (key: string) => `pool ${key}${region === home ? '' : ` in ${region}`}`;
  const flags = region === home ? '' : ` --region ${region} --home-region ${home}`;
  return [
    ...pools.map(({ fallbacks, key, spot }): Finding => {
      const detail = `${spot.length} spot and ${fallbacks.length} fallback groups${sayRival(fallbacks, region)}`;
      return { type: 'ok', about: about(key), detail };
    }),
    ...broken.map(({ key, name, problems }): Finding => {
      const remedy = `mend the tags; spot-responder fallback explain ${name} --dry-run${flags} shows the pool`;
      return { type: 'wrong', about: about(key), problem: problems.join('; '), remedy };
    }),
  ];
}

/** EKS gives it to the Auto Scaling group of every managed node group, the fallback's too. */
const DISCOVERY_KEY = 'k8s.io/cluster-autoscaler/enabled';

/** Whether Cluster Autoscaler runs is for the audit to see; where it does, the two would undo each other. */
function sayRival(fallbacks: readonly FallbackDefinition[], region: string): string {
  const found = fallbacks.filter(({ group }) => DISCOVERY_KEY in group.tags);
  const commands = found.map(
    ({ group }) =>
      `aws autoscaling delete-tags --region ${region} --tags ResourceId=${group.name},ResourceType=auto-scaling-group,Key=${DISCOVERY_KEY}`,
  );
  if (commands.length === 0) return '';
  return `; where Cluster Autoscaler runs, take the fallback away from it: ${commands.join('; ')}`;
}
