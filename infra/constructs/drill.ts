import { CfnOutput, Fn, Stack, Validations } from 'aws-cdk-lib';
import { CfnExperimentTemplate } from 'aws-cdk-lib/aws-fis';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { DRILL_TAG } from '../drill-tag.ts';
import { DRILL_DESCRIPTIONS } from '../outputs.ts';

export interface DrillProps {
  /** Without it nothing is made: an account that runs no drills needs no role that may interrupt instances. */
  readonly enabled: boolean;
}

const CAPACITY_ACTION = 'aws:ec2:asg-insufficient-instance-capacity-error';
/** Long enough for the fallback to rise and to be seen. */
const CAPACITY_DURATION = 'PT15M';
/** The least that AWS FIS takes: the warning comes at once. */
const NOTICE = 'PT2M';

/** Experiment templates of AWS FIS, started by `spot-responder drill`, and the one role that they run as. */
export class Drill extends Construct {
  constructor(scope: Construct, id: string, { enabled }: DrillProps) {
    super(scope, id);
    if (!enabled) return;
    const role = this.#addRole();
    const target = { selectionMode: 'ALL', resourceTags: { [DRILL_TAG.key]: DRILL_TAG.value } };
    const interruption = new CfnExperimentTemplate(this, 'Interruption', {
      ...this.#common(role, 'A spot interruption of the instance that carries our tag'),
      targets: {
        chosen: {
          ...target,
          selectionMode: 'COUNT(1)',
          resourceType: 'aws:ec2:spot-instance',
          filters: [{ path: 'State.Name', values: ['running'] }],
        },
      },
      actions: {
        interrupt: {
          actionId: 'aws:ec2:send-spot-instance-interruptions',
          parameters: { durationBeforeInterruption: NOTICE },
          targets: { SpotInstances: 'chosen' },
        },
      },
    });
    const capacity = new CfnExperimentTemplate(this, 'Capacity', {
      ...this.#common(role, 'No capacity for the Auto Scaling group that carries our tag'),
      targets: { chosen: { ...target, resourceType: 'aws:ec2:autoscaling-group' } },
      actions: {
        refuse: {
          actionId: CAPACITY_ACTION,
          parameters: {
            duration: CAPACITY_DURATION,
            availabilityZoneIdentifiers: Fn.join(',', Fn.getAzs()),
            percentage: '100',
          },
          targets: { AutoScalingGroups: 'chosen' },
        },
      },
    });
    Validations.of(capacity).acknowledge({
      id: 'CloudFormation-Validate::E1022',
      reason: 'CloudFormation documents Fn::GetAZs among the functions that Fn::Join takes; cfn-lint agrees.',
    });
    const outputs = { interruption, capacity };
    for (const [kind, template] of Object.entries(outputs))
      new CfnOutput(this, kind, {
        description: DRILL_DESCRIPTIONS[kind as keyof typeof outputs],
        value: template.attrId,
      });
  }

  #common(role: Role, description: string) {
    return {
      description: `spot-responder drill: ${description}`,
      roleArn: role.roleArn,
      stopConditions: [{ source: 'none' }],
      tags: { Name: `spot-responder: ${description}` },
    };
  }

  #addRole(): Role {
    const { account, partition, region } = Stack.of(this);
    const role = new Role(this, 'Role', {
      description: 'What drills of spot-responder may do',
      assumedBy: new ServicePrincipal('fis.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    });
    const statements = [
      new PolicyStatement({
        actions: ['ec2:SendSpotInstanceInterruptions'],
        resources: [`arn:${partition}:ec2:${region}:${account}:instance/*`],
        conditions: { StringEquals: { [`aws:ResourceTag/${DRILL_TAG.key}`]: DRILL_TAG.value } },
      }),
      new PolicyStatement({
        // Knows no resource level; its conditions name the action and the groups.
        actions: ['ec2:InjectApiError'],
        resources: ['*'],
        conditions: {
          'ForAnyValue:StringEquals': { 'ec2:FisActionId': [CAPACITY_ACTION] },
          'ForAnyValue:StringLike': {
            'ec2:FisTargetArns': [
              `arn:${partition}:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/*`,
            ],
          },
        },
      }),
      // How FIS finds what carries the tag; none of these knows a resource level.
      new PolicyStatement({
        actions: ['ec2:DescribeInstances', 'autoscaling:DescribeAutoScalingGroups', 'tag:GetResources'],
        resources: ['*'],
      }),
    ];
    for (const statement of statements) role.addToPolicy(statement);
    return role;
  }
}
