import {
  type AutoScalingClient,
  CreateOrUpdateTagsCommand,
  DeleteTagsCommand,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import { DRILL_TAG } from '../../infra/drill-tag.ts';
import { ask } from '../aws/ask.ts';
import { type DrillTarget, MARKED, refused } from './target.ts';

/** @throws ConfigurationError when there is no such group; AwsCallError. */
export async function findGroup(
  autoScaling: AutoScalingClient,
  name: string,
  region: string,
): Promise<DrillTarget> {
  const on = `group ${name}`;
  const { AutoScalingGroups = [] } = await ask(
    { action: 'autoscaling:DescribeAutoScalingGroups', on, region },
    (options) =>
      autoScaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }), options),
  );
  if (!AutoScalingGroups[0])
    throw refused(
      '--group',
      name,
      `there is no such Auto Scaling group in ${region}`,
      'name one of aws autoscaling describe-auto-scaling-groups',
    );
  const tag = {
    ResourceId: name,
    ResourceType: 'auto-scaling-group',
    Key: DRILL_TAG.key,
    Value: DRILL_TAG.value,
  };
  const write = { Tags: [{ ...tag, PropagateAtLaunch: false }] };
  return {
    kind: 'capacity',
    id: name,
    zones: AutoScalingGroups[0].AvailabilityZones ?? [],
    warning: `For 15 minutes every launch of group ${name} fails for want of capacity. What runs stays; what goes is not replaced there.`,
    othersMarked: () => markedGroups(autoScaling, name, region),
    unmarkBy: `aws autoscaling delete-tags --region ${region} --tags ResourceId=${name},ResourceType=auto-scaling-group,Key=${DRILL_TAG.key}`,
    mark: async () =>
      void (await ask({ action: 'autoscaling:CreateOrUpdateTags', on, region }, (options) =>
        autoScaling.send(new CreateOrUpdateTagsCommand(write), options),
      )),
    unmark: async () =>
      void (await ask({ action: 'autoscaling:DeleteTags', on, region }, (options) =>
        autoScaling.send(new DeleteTagsCommand(write), options),
      )),
  };
}

async function markedGroups(
  client: AutoScalingClient,
  name: string,
  region: string,
): Promise<readonly string[]> {
  const on = `groups tagged ${DRILL_TAG.key}`;
  const question = { action: 'autoscaling:DescribeAutoScalingGroups', on, region };
  const { AutoScalingGroups = [] } = await ask(question, (options) =>
    client.send(new DescribeAutoScalingGroupsCommand({ Filters: [MARKED] }), options),
  );
  return AutoScalingGroups.map(({ AutoScalingGroupName = '' }) => AutoScalingGroupName).filter(
    (each) => each !== name,
  );
}
