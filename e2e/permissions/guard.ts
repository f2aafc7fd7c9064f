import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeAutoScalingInstancesCommand,
} from '@aws-sdk/client-auto-scaling';
import type { Connection } from '../account/deploy.ts';
import { type Interceptor, refusal } from '../account/gateway.ts';
import type { FunctionGrants } from './compare.ts';
import { actionOf, denialOf } from './refuse.ts';
import { type Surroundings, subjectOf, type TaggedGroup } from './subject.ts';

/** IAM's part: a call that its function's role does not allow, on that resource, is denied as AWS denies it. */
export function holdToGrants(grants: readonly FunctionGrants[], surroundings: Surroundings): Interceptor {
  const byCaller = new Map(grants.map((each) => [each.bundle, each]));
  return async (request, caller) => {
    const own = byCaller.get(caller);
    if (!own) return undefined;
    const denial = denialOf(own.grants, actionOf(request), await subjectOf(request, surroundings));
    if (denial === undefined) return undefined;
    const user = `arn:aws:sts::${surroundings.account}:assumed-role/SpotResponder/${own.name}`;
    return refusal(request, codeOf(request.service), `User: ${user} ${denial}`, 403);
  };
}

/** Each protocol has its own word. */
function codeOf(service: string): string {
  if (service === 'ec2') return 'UnauthorizedOperation';
  return service === 'autoscaling' || service === 's3' ? 'AccessDenied' : 'AccessDeniedException';
}

/** As an administrator looks groups up, who passes no guard. */
export function groupFinder(connection: Connection): Surroundings['findGroup'] {
  const byName = async (client: AutoScalingClient, name: string): Promise<TaggedGroup | undefined> => {
    const { AutoScalingGroups: [group] = [] } = await client.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
    );
    if (!group) return undefined;
    const tags = (group.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]);
    return { name, tags: Object.fromEntries(tags) };
  };
  return async (of, region) => {
    const client = new AutoScalingClient({ ...connection, region });
    if ('group' in of) return byName(client, of.group);
    const { AutoScalingInstances: [member] = [] } = await client.send(
      new DescribeAutoScalingInstancesCommand({ InstanceIds: [of.instance] }),
    );
    const name = member?.AutoScalingGroupName;
    return name === undefined ? undefined : byName(client, name);
  };
}
