import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { type EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Architecture, type Code, Function as LambdaFn, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { POOL_KEY } from '../../functions/locate/owner.ts';
import { POOL_PREFIX } from '../../functions/table/keys.ts';

export interface FallbackProps {
  /** The built function, `dist/fallback`. */
  readonly code: Code;
  /** The one table; only the pools' partitions are opened to the function. */
  readonly table: TableV2;
  /** Our own bus, for `Fallback Decided`. */
  readonly bus: EventBus;
  readonly deadLetters: Queue;
}

/** Drains go on until it ends, and the next run goes on from there. */
const LONGEST_RUN = Duration.seconds(60);
/** A storm's nudges become one run. */
const NUDGE_WINDOW = Duration.seconds(5);
const NUDGES_AT_ONCE = 500;
/** A nudge says only that it is worth looking; the schedule looks anyway. */
const NUDGE_LIFE = Duration.minutes(5);

/** What makes a look before the minute is over worth it. */
const NUDGES = [
  { source: 'aws.ec2', detailType: ['EC2 Spot Instance Interruption Warning'] },
  {
    source: 'aws.ec2',
    detailType: ['EC2 Instance State-change Notification'],
    detail: { state: ['shutting-down', 'terminated'] },
  },
  {
    source: 'aws.autoscaling',
    detailType: ['EC2 Instance Launch Successful', 'EC2 Instance Launch Unsuccessful'],
  },
];

/** Keeps pools at their size with on-demand nodes while spot is short: every minute, and when something happens. */
export class Fallback extends Construct {
  constructor(scope: Construct, id: string, props: FallbackProps) {
    super(scope, id);
    const { bus, code, deadLetters, table } = props;
    const fallback = new LambdaFn(this, 'Function', {
      description: 'Scales on-demand node groups while spot is short, and back',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code,
      memorySize: 1024,
      timeout: LONGEST_RUN,
      // The next run is a minute away and does the same.
      retryAttempts: 0,
      logGroup: new LogGroup(this, 'Logs', {
        retention: RetentionDays.ONE_MONTH,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
      environment: { INCIDENT_TABLE: table.tableName, EVENT_BUS: bus.eventBusName },
    });
    for (const statement of this.#permissions(table)) fallback.addToRolePolicy(statement);
    bus.grantPutEventsTo(fallback);
    new Schedule(this, 'EveryMinute', {
      description: 'spot-responder: on-demand fallback',
      schedule: ScheduleExpression.rate(Duration.minutes(1)),
      target: new LambdaInvoke(fallback, { retryAttempts: 0, maxEventAge: Duration.minutes(1) }),
    });
    this.#addNudges(fallback, deadLetters);
    new CfnOutput(this, 'Role', {
      description: 'For an access entry with the group spot-responder',
      value: fallback.role?.roleArn ?? '',
    });
  }

  #addNudges(fallback: LambdaFn, deadLetters: Queue): void {
    const nudges = new Queue(this, 'Nudges', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: NUDGE_LIFE,
      visibilityTimeout: Duration.minutes(2),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: 2 },
    });
    fallback.addEventSource(
      new SqsEventSource(nudges, {
        batchSize: NUDGES_AT_ONCE,
        maxBatchingWindow: NUDGE_WINDOW,
        maxConcurrency: 2,
      }),
    );
    for (const [at, { detail, detailType, source }] of NUDGES.entries())
      new Rule(this, `Nudge${at}`, {
        description: `spot-responder: look at the pool after ${detailType.join(', ')}`,
        eventPattern: { source: [source], detailType, ...(detail && { detail }) },
        targets: [new SqsQueue(nudges)],
      });
  }

  /** Reads know no resource level. Writes reach groups with our tag, and those of EKS, whose node group carries it. */
  #permissions(table: TableV2): readonly PolicyStatement[] {
    const { account, partition, region } = Stack.of(this);
    const arn = (service: string, resource: string) =>
      `arn:${partition}:${service}:${region}:${account}:${resource}`;
    const writes = [POOL_KEY, 'eks:nodegroup-name'].map(
      (tag) =>
        new PolicyStatement({
          actions: [
            'autoscaling:SetDesiredCapacity',
            'autoscaling:TerminateInstanceInAutoScalingGroup',
            'autoscaling:LaunchInstances',
          ],
          resources: [arn('autoscaling', 'autoScalingGroup:*:autoScalingGroupName/*')],
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
        resources: [arn('eks', 'cluster/*'), arn('eks', 'nodegroup/*')],
      }),
      ...writes,
      new PolicyStatement({
        actions: ['dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
        resources: [table.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${POOL_PREFIX}*`] } },
      }),
    ];
  }
}
