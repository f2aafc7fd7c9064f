import { Duration, Stack } from 'aws-cdk-lib';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFn } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { POOL_KEY } from '../../functions/locate/owner.ts';
import { POOL_PREFIX } from '../../functions/table/keys.ts';
import { nudgePatterns } from '../forwarded-patterns.ts';
import { regionsEnvironment } from '../policy-environment.ts';
import { addEventRules } from './event-rules.ts';
import { type Common, nodeFunction } from './node-function.ts';
import { openToRules, privateQueue } from './private-queue.ts';
import { servedArns } from './served-arns.ts';
import { addRuns, eachRun, MINUTE } from './starts.ts';

/** Drains go on until it ends, and the next run goes on from there. */
const LONGEST_RUN = Duration.seconds(60);
/**
 * A storm's nudges become a few runs: no more than Lambda's five pollers, each of which gathers for so long, and all but
 * one of them find the pools held. A bound would have an idle queue asked by five instead of two, the year round.
 */
const NUDGE_WINDOW = Duration.seconds(5);
const NUDGES_AT_ONCE = 500;
/** A nudge says only that it is worth looking; the schedule looks anyway. */
const NUDGE_LIFE = Duration.minutes(5);

/** Keeps pools at their size with on-demand nodes while spot is short: every minute, and when something happens. */
export class Fallback extends Construct {
  readonly function: LambdaFn;
  readonly role: Role;

  constructor(scope: Construct, id: string, common: Common) {
    super(scope, id);
    const { bus, failedRuns, table } = common;
    const runs = { failedRuns, goodFor: MINUTE };
    const made = nodeFunction(this, {
      common,
      handler: 'fallback',
      description: 'Scales on-demand node groups while spot is short, and back',
      timeout: LONGEST_RUN,
      reachesClusters: true,
      ...eachRun(runs),
      environment: {
        ...regionsEnvironment(common.settings),
        INCIDENT_TABLE: table.tableName,
        EVENT_BUS: bus.eventBusName,
      },
    });
    this.function = made.function;
    this.role = made.role;
    for (const statement of this.#permissions(common)) this.role.addToPolicy(statement);
    bus.grantPutEventsTo(this.function);
    const schedule = ScheduleExpression.rate(MINUTE);
    addRuns(this, 'EveryMinute', this.function, { run: 'fallback', schedule, ...runs });
    this.#addNudges(common);
  }

  #addNudges(common: Common): void {
    const nudges = privateQueue(this, 'Nudges', {
      retentionPeriod: NUDGE_LIFE,
      visibilityTimeout: Duration.minutes(2),
      // More often than it can be received in its life: a nudge that comes too late is worth nothing, and `FallbackFailing` rings.
      deadLetterQueue: { queue: common.deadLetters, maxReceiveCount: 5 },
    });
    this.function.addEventSource(
      new SqsEventSource(nudges, {
        batchSize: NUDGES_AT_ONCE,
        maxBatchingWindow: NUDGE_WINDOW,
      }),
    );
    addEventRules(this, common, nudgePatterns, [
      new SqsQueue(openToRules(nudges), { deadLetterQueue: common.undelivered, maxEventAge: NUDGE_LIFE }),
    ]);
  }

  /**
   * Reads know no resource level. Writes reach groups with our tag, and those of EKS: a managed node group's tags do not
   * reach its Auto Scaling group, so that IAM cannot tell a pool's from another.
   */
  #permissions({ settings, table }: Common): readonly PolicyStatement[] {
    const arns = (service: string, resource: string) => servedArns(this, settings, service, resource);
    const { launchInstances } = settings;
    const tags = settings.scaleTaggedGroupsOnly ? [POOL_KEY] : [POOL_KEY, 'eks:nodegroup-name'];
    const writes = tags.map(
      (tag) =>
        new PolicyStatement({
          actions: [
            'autoscaling:SetDesiredCapacity',
            'autoscaling:TerminateInstanceInAutoScalingGroup',
            ...(launchInstances ? ['autoscaling:LaunchInstances'] : []),
          ],
          resources: arns('autoscaling', 'autoScalingGroup:*:autoScalingGroupName/*'),
          conditions: { StringLike: { [`aws:ResourceTag/${tag}`]: '*' } },
        }),
    );
    return [
      new PolicyStatement({
        actions: [
          'autoscaling:DescribeAutoScalingGroups',
          'autoscaling:DescribeScalingActivities',
          'ec2:DescribeInstances',
          'ec2:DescribeInstanceTypes',
        ],
        resources: ['*'],
      }),
      new PolicyStatement({
        actions: ['eks:DescribeCluster', 'eks:DescribeNodegroup'],
        resources: [...arns('eks', 'cluster/*'), ...arns('eks', 'nodegroup/*')],
      }),
      ...writes,
      ...(launchInstances ? beneathLaunches(this, arns) : []),
      new PolicyStatement({
        actions: ['dynamodb:BatchGetItem', 'dynamodb:PutItem'],
        resources: [table.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${POOL_PREFIX}*`] } },
      }),
    ];
  }
}

/**
 * What Auto Scaling asks of whoever calls LaunchInstances, beside the permission for that.
 *
 * Source: EC2 Auto Scaling user guide, "Launching instances with synchronous provisioning", prerequisites.
 */
function beneathLaunches(
  scope: Construct,
  arns: (service: string, resource: string) => string[],
): readonly PolicyStatement[] {
  const { partition } = Stack.of(scope);
  const images = ['image', 'snapshot'].map((type) => `arn:${partition}:ec2:*::${type}/*`);
  return [
    new PolicyStatement({ actions: ['ec2:DescribeLaunchTemplateVersions'], resources: ['*'] }),
    new PolicyStatement({ actions: ['ec2:CreateFleet'], resources: [...arns('ec2', '*'), ...images] }),
  ];
}
