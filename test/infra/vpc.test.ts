import { readFileSync } from 'node:fs';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup, Subnet } from 'aws-cdk-lib/aws-ec2';
import { describe, expect, test } from 'vitest';
import { WITHOUT_RESOURCE_LEVEL } from '../../infra/acknowledge-wildcards.ts';
import { Network, VPC_ENDPOINTS } from '../../infra/choices.ts';
import { SpotResponder } from '../../infra/spot-responder.ts';
import { notBuilt, synthesise } from './synthesise.ts';

const subnetIds = ['subnet-0a1b2c3d', 'subnet-4e5f6a7b'];
const inVpc = synthesise({
  slackSecret: 'slack',
  subnetIds: subnetIds.join(','),
  securityGroupIds: 'sg-0a1b2c3d',
});
const VpcConfig = { SubnetIds: subnetIds, SecurityGroupIds: ['sg-0a1b2c3d'] };

function functionsOf(template: Template) {
  const found = Object.entries(template.findResources('AWS::Lambda::Function'));
  return Object.fromEntries(
    found.map(([id, { Properties }]) => [
      /(NodeIndexer|Fallback|Notifier|Reporter)/.exec(id)?.[1] ?? 'Responder',
      Properties,
    ]),
  );
}

/** Actions by the role's function; those that only Lambda itself uses are left out. */
function actionsOf(template: Template, part: string): readonly string[] {
  const found = Object.entries(template.findResources('AWS::IAM::Policy'));
  return found
    .filter(([id]) => id.includes(`SpotResponder${part}RoleDefaultPolicy`))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
    .flatMap(({ Action }) => Action);
}

describe('clusters with a private endpoint', () => {
  test('the functions that speak to clusters run in the subnets; Slack and prices are on the internet, those stay outside', () => {
    const functions = functionsOf(inVpc);
    for (const name of ['Responder', 'NodeIndexer', 'Fallback'])
      expect(functions[name]).toMatchObject({ VpcConfig });
    for (const name of ['Notifier', 'Reporter']) expect(functions[name]).not.toHaveProperty('VpcConfig');
  });

  test('only those may make network interfaces, and nobody where there is no VPC', () => {
    const interfaces = /NetworkInterface|PrivateIp|DescribeSubnets/;
    for (const part of ['', 'NodeIndexer', 'Fallback'])
      expect(actionsOf(inVpc, part).filter((action) => interfaces.test(action))).toHaveLength(6);
    for (const part of ['Notifier', 'Reporter'])
      expect(actionsOf(inVpc, part).filter((action) => interfaces.test(action))).toEqual([]);
    expect(JSON.stringify(synthesise().toJSON())).not.toContain('NetworkInterface');
    for (const action of actionsOf(inVpc, '').filter((each) => interfaces.test(each)))
      expect(WITHOUT_RESOURCE_LEVEL).toContain(action);
  });

  test('every service that they call from there has an endpoint that is named, in code and in docs/deploy.md', () => {
    const ownByLambda = /NetworkInterface|PrivateIp|DescribeSubnets|^logs:/;
    const template = synthesise({
      subnetIds: subnetIds.join(','),
      securityGroupIds: 'sg-0a1b2c3d',
      checkpointMarkers: 's3://bucket/prefix',
    });
    const services = ['', 'NodeIndexer', 'Fallback']
      .flatMap((part) => actionsOf(template, part))
      .filter((action) => !ownByLambda.test(action))
      .map((action) => action.split(':')[0] ?? '');
    expect([...new Set(services)].sort()).toEqual([...VPC_ENDPOINTS].sort());
    const text = readFileSync(new URL('../../docs/deploy.md', import.meta.url), 'utf8');
    for (const service of VPC_ENDPOINTS) expect(text).toContain(`\`${service}\``);
  });

  test('the construct takes subnets and security groups of somebody else’s app', () => {
    const stack = new Stack();
    new SpotResponder(stack, 'SpotResponder', {
      code: notBuilt,
      network: Network.inVpc({
        subnets: subnetIds.map((id) => Subnet.fromSubnetId(stack, id, id)),
        securityGroups: [SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-0a1b2c3d')],
      }),
    });
    expect(functionsOf(Template.fromStack(stack)).Responder).toMatchObject({ VpcConfig });
  });
});
