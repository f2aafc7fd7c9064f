import { type IAspect, Stack, Validations } from 'aws-cdk-lib';
import { CfnPolicy } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import * as z from 'zod/mini';

/** For these AWS offers no resource level: `*` is all that a policy may say. */
export const WITHOUT_RESOURCE_LEVEL: ReadonlySet<string> = new Set([
  'autoscaling:DescribeAutoScalingGroups',
  'autoscaling:DescribeLifecycleHooks',
  'autoscaling:DescribeScalingActivities',
  'ec2:DescribeInstanceTypes',
  'ec2:DescribeInstances',
  'ec2:DescribeLaunchTemplateVersions',
  'ec2:DescribeSpotPriceHistory',
  'eks:ListClusters',
  'pricing:GetProducts',
  // Of drills: how AWS FIS finds what carries the tag, and refuses capacity; the latter's conditions name action and groups.
  'ec2:InjectApiError',
  'tag:GetResources',
  // Lambda's own network interfaces, inside a VPC.
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
]);

const REASONS: readonly (readonly [RegExp, string])[] = [
  [
    /:(cluster|nodegroup)\/\*$/,
    'One responder serves every cluster of the account, also those that come later. It only reads here: what it may do in a cluster is for that cluster’s access entry to say.',
  ],
  [
    /:autoScalingGroup:\*:autoScalingGroupName\/\*$/,
    'Groups come and go, and their ARNs hold an id that nobody knows before. Scaling and terminating are bound to a tag; completing a lifecycle action needs the token that the event brought.',
  ],
  [
    /:instance\/\*$/,
    'Which instance is drilled is chosen later. Interrupting is bound to the tag that it carries for that time.',
  ],
  [
    /:ec2:.+:\*\/\*$/,
    'Network interfaces get their ids when Lambda makes them, and it asks for all of the account by this form. What runs in the function is denied all of it.',
  ],
  [
    /:ec2:.+:\*:(subnet|security-group)\//,
    'A subnet or security group that is shared with this account is another account’s; it is named by its id.',
  ],
  [
    /:ec2:.+:\*$/,
    'A fleet of LaunchInstances is of whatever the group’s launch template names; the group is bound to a tag, and launching itself is not allowed here.',
  ],
  [/:ec2:\*::(image|snapshot)\/\*$/, 'Images and snapshots have no account in their ARNs.'],
  [
    /:s3:::[^/]+\/.*_COMPLETE\/\*$/,
    'Marker objects are named after requests; only they can be read, below the place that was named.',
  ],
  [
    /^<[^>]+\.Arn>:\*$/,
    'Versions and aliases of our own function, as the schedule’s grant of the CDK says it.',
  ],
];

const policyDocument = z.object({
  Statement: z.array(
    z.object({
      Action: z.union([z.string(), z.array(z.string())]),
      Resource: z.union([z.array(z.unknown()), z.unknown()]),
    }),
  ),
});

/** Tells cdk-nag why there is a wildcard in a permission of ours. One that has no reason here is not acknowledged. */
export class AcknowledgeWildcards implements IAspect {
  visit(node: IConstruct): void {
    if (!(node instanceof CfnPolicy)) return;
    const { data } = z.safeParse(policyDocument, Stack.of(node).resolve(node.policyDocument));
    for (const { Action, Resource } of data?.Statement ?? [])
      for (const resource of [Resource].flat()) {
        const text = asNagSaysIt(resource);
        const reason = reasonFor(text, [Action].flat());
        if (reason)
          Validations.of(node).acknowledge({
            id: `AwsSolutions::AwsSolutions-IAM5[Resource::${text}]`,
            reason,
          });
      }
  }
}

function reasonFor(resource: string, actions: readonly string[]): string | undefined {
  if (resource !== '*') return REASONS.find(([pattern]) => pattern.test(resource))?.[1];
  const isBare = actions.every((action) => WITHOUT_RESOURCE_LEVEL.has(action));
  return isBare ? `AWS offers no resource level for ${actions.join(', ')}.` : undefined;
}

function asNagSaysIt(value: unknown): string {
  if (typeof value === 'string') return value;
  const { 'Fn::GetAtt': attribute, 'Fn::Join': join, Ref } = Object(value);
  if (Array.isArray(attribute)) return `<${attribute.join('.')}>`;
  if (Array.isArray(join) && Array.isArray(join[1])) return join[1].map(asNagSaysIt).join(String(join[0]));
  return typeof Ref === 'string' ? `<${Ref}>` : JSON.stringify(value);
}
