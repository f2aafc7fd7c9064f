import { readFileSync } from 'node:fs';
import { CfnParameter, Stack } from 'aws-cdk-lib';
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

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

function statementsOf(template: Template, part: string): readonly Statement[] {
  const found = Object.entries(template.findResources('AWS::IAM::Policy'));
  return found
    .filter(([id]) => id.includes(`SpotResponder${part}RoleDefaultPolicy`))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
}

/** What the role of that part may do. */
function actionsOf(template: Template, part: string): readonly string[] {
  return statementsOf(template, part).flatMap(({ Action, Effect }) => (Effect === 'Allow' ? Action : []));
}

const INTERFACES = /NetworkInterface|PrivateIp|DescribeSubnets/;

describe('clusters with a private endpoint', () => {
  test('the functions that speak to clusters run in the subnets; Slack and prices are on the internet, those stay outside', () => {
    const functions = functionsOf(inVpc);
    for (const name of ['Responder', 'NodeIndexer', 'Fallback'])
      expect(functions[name]).toMatchObject({ VpcConfig });
    for (const name of ['Notifier', 'Reporter']) expect(functions[name]).not.toHaveProperty('VpcConfig');
  });

  test('only those may make network interfaces, and nobody where there is no VPC', () => {
    for (const part of ['', 'NodeIndexer', 'Fallback'])
      expect(actionsOf(inVpc, part).filter((action) => INTERFACES.test(action))).toHaveLength(6);
    for (const part of ['Notifier', 'Reporter'])
      expect(actionsOf(inVpc, part).filter((action) => INTERFACES.test(action))).toEqual([]);
    expect(JSON.stringify(synthesise().toJSON())).not.toContain('NetworkInterface');
  });

  test('on all resources only what AWS cannot bind to one; a subnet and a security group by their ids, whoever owns them', () => {
    const own = statementsOf(inVpc, '').filter(
      ({ Action, Effect }) => Effect === 'Allow' && [Action].flat().some((each) => INTERFACES.test(each)),
    );
    for (const { Action, Resource } of own)
      if (Resource === '*')
        for (const each of [Action].flat()) expect(WITHOUT_RESOURCE_LEVEL).toContain(each);
    const text = JSON.stringify(own.find(({ Action }) => Action === 'ec2:CreateNetworkInterface')?.Resource);
    for (const id of [...VpcConfig.SubnetIds, ...VpcConfig.SecurityGroupIds])
      expect(text).toContain(`/${id}`);
  });

  test('what Lambda may do with network interfaces, the code in the function may not', () => {
    for (const part of ['', 'NodeIndexer', 'Fallback']) {
      const denied = statementsOf(inVpc, part).filter(({ Effect }) => Effect === 'Deny');
      expect(denied).toHaveLength(1);
      const allowed = actionsOf(inVpc, part).filter((action) => INTERFACES.test(action));
      expect([denied[0]?.Action].flat().toSorted()).toEqual(allowed.toSorted());
      expect(denied[0]).toMatchObject({
        Resource: '*',
        Condition: { ArnLike: { 'lambda:SourceFunctionArn': expect.anything() } },
      });
    }
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

  test('lists of ids that are known at deployment only are passed on whole', () => {
    const stack = new Stack();
    const given = (id: string) => new CfnParameter(stack, id, { type: 'CommaDelimitedList' }).valueAsList;
    const settings = { subnetIds: given('Subnets'), securityGroupIds: given('Groups') };
    new SpotResponder(stack, 'SpotResponder', { code: notBuilt, settings });
    expect(functionsOf(Template.fromStack(stack)).Responder).toMatchObject({
      VpcConfig: { SubnetIds: { Ref: 'Subnets' }, SecurityGroupIds: { Ref: 'Groups' } },
    });
  });
});
