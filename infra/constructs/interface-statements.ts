import { Stack, Token } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Settings } from '../config.ts';

/** Of these, AWS lets no policy name a resource. */
const READS = ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'];
const MAKES = 'ec2:CreateNetworkInterface';
const CHANGES = [
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/**
 * What Lambda needs for a function in a VPC: it makes the network interfaces in the function's name, with the function's
 * role. The code in the function needs none of it, and is denied it; AWS tells the two apart by
 * `lambda:SourceFunctionArn`, which only calls from inside a function carry. Any function's: naming our own would have
 * role and function wait for each other.
 *
 * Sources: Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC" (the form of the
 * resources, the denial) and "Using source function ARN to control function access behavior".
 */
export function interfaceStatements(
  scope: Construct,
  { securityGroupIds, subnetIds }: Settings,
): readonly PolicyStatement[] {
  const { account, partition, region } = Stack.of(scope);
  const ec2 = (owner: string, resource: string) => `arn:${partition}:ec2:${region}:${owner}:${resource}`;
  const own = ec2(account, '*/*');
  // Those may be shared with this account by another. Of a list that is known at deployment only nobody can say the members.
  const named = (kind: string, ids: readonly string[]) =>
    Token.isUnresolved(ids) ? [] : ids.map((id) => ec2('*', `${kind}/${id}`));
  const shared = [...named('subnet', subnetIds), ...named('security-group', securityGroupIds)];
  return [
    new PolicyStatement({ actions: READS, resources: ['*'] }),
    new PolicyStatement({ actions: [MAKES], resources: [own, ...shared] }),
    new PolicyStatement({ actions: CHANGES, resources: [own] }),
    new PolicyStatement({
      effect: Effect.DENY,
      actions: [...READS, MAKES, ...CHANGES],
      resources: ['*'],
      conditions: {
        ArnLike: { 'lambda:SourceFunctionArn': `arn:${partition}:lambda:${region}:${account}:function:*` },
      },
    }),
  ];
}
