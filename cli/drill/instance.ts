import {
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeInstancesCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { AwsCallError } from '../../functions/errors.ts';
import { ownerFromTags } from '../../functions/locate/owner.ts';
import { DRILL_TAG } from '../../infra/drill-tag.ts';
import { ask } from '../aws/ask.ts';
import { type DrillTarget, MARKED, refused } from './target.ts';

/** @throws ConfigurationError when it is no running spot instance of a cluster; AwsCallError. */
export async function findInstance(ec2: EC2Client, id: string, region: string): Promise<DrillTarget> {
  const on = `instance ${id}`;
  const instance = await describeInstance(ec2, id, region);
  const state = instance?.State?.Name;
  if (!instance || state !== 'running')
    throw refused('--instance', id, `it is ${state ?? 'not there'} in ${region}`, 'name a running one');
  if (instance.InstanceLifecycle !== 'spot')
    throw refused('--instance', id, 'it is no spot instance', 'AWS interrupts spot instances only; name one');
  const tags = Object.fromEntries((instance.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
  const owner = ownerFromTags({ tags, operatorManaged: instance.Operator?.Managed === true });
  if (owner.type === 'owned' && owner.owner.type === 'auto-mode')
    throw refused(
      '--instance',
      id,
      'it is a node of EKS Auto Mode',
      `${NO_AUTO_MODE}; name another kind of node`,
    );
  if (owner.type !== 'owned')
    throw refused('--instance', id, owner.reason, 'name an instance that is a node of one of your clusters');
  const key = { Resources: [id], Tags: [{ Key: DRILL_TAG.key, Value: DRILL_TAG.value }] };
  return {
    kind: 'interruption',
    id,
    warning: `AWS interrupts ${id}, a node of cluster ${owner.clusterName}, two minutes from now: it is drained, then really terminated.`,
    othersMarked: () => markedInstances(ec2, id, region),
    unmarkBy: `aws ec2 delete-tags --region ${region} --resources ${id} --tags Key=${DRILL_TAG.key}`,
    mark: async () =>
      void (await ask({ action: 'ec2:CreateTags', on, region }, (options) =>
        ec2.send(new CreateTagsCommand(key), options),
      )),
    unmark: async () =>
      void (await ask({ action: 'ec2:DeleteTags', on, region }, (options) =>
        ec2.send(new DeleteTagsCommand(key), options),
      )),
  };
}

/** EKS user guide, "Learn about Amazon EKS Auto Mode managed instances". */
const NO_AUTO_MODE = 'AWS FIS cannot interrupt those';

async function describeInstance(ec2: EC2Client, id: string, region: string) {
  const question = { action: 'ec2:DescribeInstances', on: `instance ${id}`, region };
  try {
    const { Reservations = [] } = await ask(question, (options) =>
      ec2.send(new DescribeInstancesCommand({ InstanceIds: [id], IncludeManagedResources: true }), options),
    );
    return Reservations[0]?.Instances?.[0];
  } catch (error) {
    if (error instanceof AwsCallError && /^InvalidInstanceID/.test(error.code)) return undefined;
    throw error;
  }
}

async function markedInstances(ec2: EC2Client, id: string, region: string): Promise<readonly string[]> {
  const question = { action: 'ec2:DescribeInstances', on: `instances tagged ${DRILL_TAG.key}`, region };
  const Filters = [MARKED, { Name: 'instance-state-name', Values: ['running'] }];
  const { Reservations = [] } = await ask(question, (options) =>
    ec2.send(new DescribeInstancesCommand({ Filters }), options),
  );
  return Reservations.flatMap(({ Instances = [] }) =>
    Instances.map(({ InstanceId = '' }) => InstanceId),
  ).filter((each) => each !== id);
}
